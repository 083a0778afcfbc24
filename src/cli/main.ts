import { CommanderError } from 'commander';
import { setGitEnvironment } from '../git/process/run-git.js';
import { expectLongWalks } from '../realdir/walk/long-walk.js';
import { namedMessage } from '../util/system-errors/errno-names.js';
import { FsoError } from '../util/errors.js';
import { closeUmask } from '../util/process/umask.js';
import { exactArguments, exactEnvironment, workingDirectoryBytes } from './options/exact-input.js';
import { commandOf, withoutHelpCommand } from './command-table.js';
import type { CliContext } from './context.js';
import { ExitStatus, statusOfError } from './exit-status.js';
import { watchOutput } from './output.js';
import { createProgram } from './program.js';
import { safeText } from '../util/text/safe-text.js';
import { systemFailure } from '../util/system-errors/system-error.js';
import { cancelOnSignals } from './signals.js';
import { errorText } from './render/error-text.js';
import { TextOutput } from './text-output.js';
import { useSystemZone } from './options/time-zone.js';
import { packageVersion } from './version.js';

/** Where an error came from, without its message, which may have lines of its own. */
function framesOf(error: unknown): readonly string[] {
  return error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : [];
}

/** Says why a command has ended; returns its exit status. */
function report(thrown: unknown, context: CliContext): ExitStatus {
  const error = systemFailure(thrown) ?? thrown;
  if (error instanceof CommanderError) return statusOfError(error);
  if (context.signal.aborted) {
    context.stderr.write('git-fso: interrupted; what was not finished is not recorded\n');
    return ExitStatus.failed;
  }
  if (error instanceof FsoError) {
    context.stderr.write(errorText(error));
    return statusOfError(error);
  }
  context.stderr.write(
    `git-fso: unexpected error: ${safeText(namedMessage(String(error)))}\n${framesOf(error)
      .map((line) => `${safeText(line)}\n`)
      .join('')}`,
  );
  return ExitStatus.failed;
}

/** Commands whose output with `--json` are events. */
const WITH_EVENTS = ['rescan', 'daemon'];

/** Who reads the events of a command learns from them, too, why it has ended. */
async function reportAsEvent(error: unknown, argv: readonly string[], { stdout }: CliContext, status: ExitStatus): Promise<void> {
  if (status === ExitStatus.done || !argv.includes('--json') || !WITH_EVENTS.includes(commandOf(argv) ?? '')) return;
  const { EVENT_VERSION } = await import('./render/rescan/rescan-json.js');
  const { jsonError } = await import('./render/json-values.js');
  const { jsonLine } = await import('./render/json-text.js');
  stdout.write(jsonLine({ version: EVENT_VERSION, type: 'error', status, ...jsonError(error) }));
}

/** Runs a command line, without the program's own name; returns the exit status. */
export async function main(typed: readonly string[]): Promise<number> {
  const argv = withoutHelpCommand(exactArguments(typed));
  const env = exactEnvironment(process.env);
  const { signal, soften, stop } = cancelOnSignals();
  const output = watchOutput(process.stdout, process.stderr);
  const context: CliContext = {
    env,
    stdout: new TextOutput(process.stdout),
    stderr: new TextOutput(process.stderr),
    signal,
    soften,
    wholeProgram: () => createProgram(context, packageVersion()),
    directory: workingDirectoryBytes(),
    isDirectoryNamed: false,
    waitMs: null,
    willRecord: () => output.keepGoing(),
    traceFile: null,
    exitStatus: ExitStatus.done,
  };
  closeUmask();
  try {
    useSystemZone(env);
    setGitEnvironment(env);
    expectLongWalks(env['GIT_FSO_SYSTEM_CALLS'] === 'always');
    const name = commandOf(argv);
    const program = await createProgram(context, packageVersion(), name === undefined ? undefined : [name]);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    context.exitStatus = report(error, context);
    await reportAsEvent(error, argv, context, context.exitStatus);
  } finally {
    stop();
  }
  const isAllSaid = context.exitStatus !== ExitStatus.done || !(await output.isLost());
  return isAllSaid ? context.exitStatus : ExitStatus.failed;
}
