import type { Command } from 'commander';
import type { RunOptions } from '../shadow/run-options.js';
import { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText } from '../util/byte-string.js';
import { safePath } from './render/safe-text.js';

/** What commands get from the process that they run in. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Set by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Has the first of them set what is returned, and only the second one `signal`: to finish what is going on. */
  soften(): AbortSignal;
  /** The command line with all commands, for what is generated from it. */
  wholeProgram(): Promise<Command>;
  /** Absolute path of the directory that commands work in; `-C` changes it. */
  directory: ByteString;
  /** How long to wait for locks, in milliseconds; null unless `--wait` or a configuration says. */
  waitMs: number | null;
  /** Set by a command that is done, but not with everything. */
  exitStatus: number;
}

const DEFAULT_WAIT_MS = 10_000;

/** Options for runs of the core, from what the process was given. */
export function runOptionsOf(context: CliContext, command: string): RunOptions {
  return {
    env: context.env,
    waitMs: context.waitMs ?? DEFAULT_WAIT_MS,
    command: `git-fso ${command}`,
    signal: context.signal,
    onWait: (holder) => void context.stderr.write(`waiting for ${holder}\n`),
    onTakeOver: (directory) =>
      void context.stderr.write(`${safePath(directory)}: taken over from git-fso 0.1.0; \`git-fso handback\` gives it back\n`),
  };
}

/** The shadow repo that a command works on. */
export function openShadowRepo(context: CliContext): ShadowRepo {
  return ShadowRepo.open(context.directory);
}

/** A path from the command line as absolute bytes, relative to the context's directory. */
export function absolutePath(context: CliContext, path: string): ByteString {
  const bytes = bytesOfText(path);
  const absolute = bytes.startsWith('/') ? bytes : `${context.directory}/${bytes}`;
  const parts: string[] = [];
  for (const part of absolute.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
