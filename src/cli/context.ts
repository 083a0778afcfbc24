import type { Command } from 'commander';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, normalPath } from '../util/byte-string.js';
import { safePath, safeText } from '../util/text/safe-text.js';
import type { ExitStatus } from './exit-status.js';
import type { TextOutput } from './text-output.js';
import { parseDuration } from '../util/time/durations.js';
import { DEFAULTS } from '../defaults.js';

/** What commands get from the process that they run in. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Set by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Has the first of them set what is returned, and only the second one `signal`: to finish what is going on. */
  soften(): AbortSignal;
  /** The command line with all commands, for what is generated from it. */
  wholeProgram(): Promise<Command>;
  /** Absolute path of the directory that commands work in; `-C` changes it. */
  directory: ByteString;
  /** True if it was named with `-C`. */
  isDirectoryNamed: boolean;
  /** How long to wait for locks, in milliseconds; null unless `--wait` or a configuration says. */
  waitMs: number | null;
  /** Says that the command records something: from then on a reader of its output who goes away does not end it. */
  willRecord(): void;
  /** The file that GIT_FSO_TRACE names; null if it names none. */
  traceFile: { readonly path: ByteString; isOpen: boolean } | null;
  /** Set by a command that is done, but not with everything. */
  exitStatus: ExitStatus;
}

/** Options for runs of the core that record something, from what the process was given. */
export function runOptionsOf(context: CliContext, command: string): RunOptions {
  context.willRecord();
  return {
    env: context.env,
    waitMs: context.waitMs ?? parseDuration(DEFAULTS.wait),
    command: `git-fso ${command}`,
    signal: context.signal,
    onWait: (holder) => void context.stderr.write(`waiting for ${safeText(holder)}\n`),
    onTakeOver: (directory) =>
      void context.stderr.write(`${safePath(directory)}: taken over from git-fso 0.1.0; \`git-fso handback\` gives it back\n`),
    onClose: (directory) =>
      void context.stderr.write(`${safePath(directory)}: was open to others, and is closed now; see shadowMode in docs/configuration.md\n`),
  };
}

/** A path from the command line as absolute bytes, relative to the context's directory. */
export function absolutePath(context: CliContext, path: string): ByteString {
  const bytes = bytesOfText(path);
  return normalPath(bytes.startsWith('/') ? bytes : `${context.directory}/${bytes}`);
}
