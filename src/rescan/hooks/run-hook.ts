import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { formatDuration } from '../../util/time/durations.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { withInheritedUmask } from '../../util/process/umask.js';
import { childWords } from '../../util/process/child-words.js';
import { oneLine } from '../../util/text/one-line.js';
import { programPath } from '../../util/process/programs.js';
import type { ChangeHook } from '../site.js';

/** What is kept of the messages of a hook, in bytes. */
const MOST_MESSAGES = 4096;
/** Time between asking a hook to end and making it. */
const GRACE_MS = 5000;
/** A hook may leave processes behind that keep its output open: they are not waited for. */
const OUTPUT_MS = 500;

/**
 * What a hook gets of the environment of git-fso, beside the search path: what names the user and his language. Secrets
 * and settings that were meant for git-fso, or for a shell, are none of its business.
 */
const PASSED_ON = /^(HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_RUNTIME_DIR)$/;

function environmentOfHook(env: HookSurroundings['env']): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && PASSED_ON.test(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(passed), PATH: programPath() };
}

/** What surrounds a hook. */
export interface HookSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** A hook in words: its program, or its command line. */
export function describeHook(hook: ChangeHook): string {
  return hook.kind === 'shell' ? hook.shell : hook.command.join(' ');
}

/**
 * Runs the command of a hook in the directory `/`, in a small environment, with `input` on standard input; its standard output
 * is dropped. There is no shell unless the hook says so. When its time is up, the command is ended
 * with everything that it started.
 * @param about what it is told about, for the message of an error
 * @throws FsoError if it fails, with what it wrote to standard error
 */
export async function runHook(
  hook: ChangeHook,
  about: string,
  input: string,
  { env, signal }: HookSurroundings,
): Promise<void> {
  const [program = '', ...args] = hook.kind === 'shell' ? ['/bin/sh', '-c', hook.shell] : hook.command;
  // A process group of its own, which can be ended as a whole.
  const words = childWords(program, args, environmentOfHook(env));
  const child = withInheritedUmask(() =>
    spawn(words.program, words.args, { cwd: '/', env: words.env, stdio: ['pipe', 'ignore', 'pipe'], detached: true }),
  );
  let messages = Buffer.alloc(0);
  child.stderr?.on('data', (chunk: Buffer) => {
    messages = Buffer.concat([messages, chunk]).subarray(-MOST_MESSAGES);
  });
  // It need not read what it is told.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  let isLate = false;
  const end = (): void => endGroup(child);
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, hook.timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  try {
    const reason = await endOf(child);
    if (reason === null) return;
    const what = isLate ? `took longer than ${formatDuration(hook.timeoutMs)} and was ended` : reason;
    const said = oneLine(messages.toString('utf8'));
    throw new FsoError(`onChange ${describeHook(hook)}, told about ${about}: ${what}${said === '' ? '' : `: ${said}`}`, {
      remedy: 'correct the command; it will be told about these changes again',
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    child.stderr?.destroy();
  }
}

/** Why a hook has failed; null if it has not. */
function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`cannot be started: ${reasonOf(error)}`));
    child.on('exit', (status, signal) => {
      const result = status === 0 ? null : signal === null ? `exit status ${status}` : `ended by ${signal}`;
      const timer = setTimeout(() => resolve(result), OUTPUT_MS);
      child.on('close', () => {
        clearTimeout(timer);
        resolve(result);
      });
    });
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  killGroup(pid, 'SIGTERM');
  setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS).unref();
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended, or runs as another user, who has to see to it.
    if (!['ESRCH', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
  }
}
