import { writeSync } from 'node:fs';
import { CommanderError } from 'commander';
import { setGitEnvironment } from '../git/run-git.js';
import { bytesOfText } from '../util/byte-string.js';
import { errnoOf, ExitStatus, FsoError } from '../util/errors.js';
import { workingDirectory } from '../util/working-directory.js';
import { commandOf } from './command-table.js';
import type { CliContext } from './context.js';
import { createProgram } from './program.js';
import { safeText } from './render/safe-text.js';
import { cancelOnSignals } from './signals.js';
import { packageVersion } from './version.js';

function report(error: unknown, context: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.done : ExitStatus.usage;
  if (context.signal.aborted) {
    context.stderr.write('git-fso: interrupted; what was not finished is not recorded\n');
    return ExitStatus.failed;
  }
  if (error instanceof FsoError) {
    context.stderr.write(`git-fso: ${error.message.split('\n').map(safeText).join('\n')}\n`);
    if (error.remedy !== undefined) context.stderr.write(`  ${safeText(error.remedy)}\n`);
    return error.exitStatus;
  }
  context.stderr.write(`git-fso: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return ExitStatus.failed;
}

/** Commands whose output with `--json` are events. */
const WITH_EVENTS = ['rescan', 'daemon'];

/** Who reads the events of a command learns from them, too, why it has ended. */
async function reportAsEvent(error: unknown, argv: readonly string[], { stdout }: CliContext, status: number): Promise<void> {
  if (status === ExitStatus.done || !argv.includes('--json') || !WITH_EVENTS.includes(commandOf(argv) ?? '')) return;
  const { EVENT_VERSION } = await import('./render/rescan-json.js');
  const { jsonError } = await import('./render/json-values.js');
  stdout.write(`${JSON.stringify({ version: EVENT_VERSION, type: 'error', status, ...jsonError(error) })}\n`);
}

/** Whoever reads the output has seen enough, like `head`; or it cannot be written at all. */
function endWithoutOutput(error: Error): void {
  if (errnoOf(error) === 'EPIPE') process.exit(ExitStatus.done);
  // Standard error may be where the trouble is.
  try {
    writeSync(2, `git-fso: the output cannot be written: ${error.message}\n`);
  } finally {
    process.exit(ExitStatus.failed);
  }
}

/** Runs a command line, without the program's own name; returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { env, stdout, stderr } = process;
  const { signal, soften, stop } = cancelOnSignals();
  const context: CliContext = {
    env,
    stdout,
    stderr,
    signal,
    soften,
    wholeProgram: () => createProgram(context, packageVersion()),
    directory: bytesOfText(workingDirectory()),
    waitMs: null,
    exitStatus: ExitStatus.done,
  };
  setGitEnvironment(env);
  for (const stream of [stdout, stderr]) stream.on('error', endWithoutOutput);
  try {
    const name = commandOf(argv);
    const program = await createProgram(context, packageVersion(), name === undefined ? undefined : [name]);
    await program.parseAsync(argv, { from: 'user' });
    return context.exitStatus;
  } catch (error) {
    const status = report(error, context);
    await reportAsEvent(error, argv, context, status);
    return status;
  } finally {
    stop();
  }
}
