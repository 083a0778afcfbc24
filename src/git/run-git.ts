import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable, pipeline } from 'node:stream';
import type { Writable } from 'node:stream';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError, errnoOf } from '../util/errors.js';
import { directoryOf } from './durable-file.js';

/** An argument; a path need not be valid UTF-8, and its directory must exist. */
export type GitArgument = string | { readonly path: ByteString };

export interface GitRunOptions {
  readonly input?: Buffer | Readable;
  /** Takes the output; then `stdout` of the result is empty. */
  readonly output?: Writable;
  /** Added to the environment; `GIT_…` variables of our own environment are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly workTree?: ByteString;
  /** Where objects are, instead of the repository's own `objects`. */
  readonly objectDirectory?: ByteString;
  /** The index, instead of the repository's own. */
  readonly indexFile?: ByteString;
  /** Ends Git with everything that it started. */
  readonly signal?: AbortSignal;
}

export interface GitResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Exit status; 128 + n if signal n ended Git. */
  readonly status: number;
}

/** What Git needs of the environment; everything else could change what it does. */
const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ'];
// Nothing that is configured elsewhere may be executed, or stop and ask.
const FIXED_ARGUMENTS = [
  '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false',
  // By default Git leaves loose objects and refs to the mercy of the next power failure.
  '-c', 'core.fsync=all',
];
// Without optional locks, commands that only read do not write a fresher index.
const FIXED_ENVIRONMENT = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };

let inherited: Readonly<Record<string, string>> = {};

/** Takes PATH, HOME and the like from the environment of the process; to be called once, at the start. */
export function setGitEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  inherited = Object.fromEntries(PASSED_ON.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

/**
 * Runs `git` on a repository, whatever its owner, in a clean environment and in the directory `/`.
 * The exit status is not judged here.
 * @param gitDir absolute path of the `.git` directory.
 * @throws FsoError if there is no `git`; the reason of the signal when aborted, after Git has ended.
 */
export async function runGit(gitDir: ByteString, args: readonly GitArgument[], options: GitRunOptions = {}): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const paths = new PathsForChild();
  try {
    const env = {
      ...inherited,
      ...FIXED_ENVIRONMENT,
      GIT_DIR: paths.textFor(gitDir),
      ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: paths.textFor(options.workTree) }),
      ...(options.objectDirectory === undefined ? {} : { GIT_OBJECT_DIRECTORY: paths.textFor(options.objectDirectory) }),
      ...(options.indexFile === undefined ? {} : { GIT_INDEX_FILE: paths.textForFile(options.indexFile) }),
      ...options.env,
    };
    const texts = args.map((arg) => (typeof arg === 'string' ? arg : paths.textForFile(arg.path)));
    const child = spawn('git', [...FIXED_ARGUMENTS, ...texts], {
      cwd: '/',
      env,
      stdio: ['pipe', 'pipe', 'pipe', ...paths.descriptors],
      // A process group of its own, so that aborting reaches the processes that Git starts, too.
      detached: true,
    }) as ChildProcessWithoutNullStreams;
    return await collect(child, options);
  } finally {
    paths.close();
  }
}

/**
 * Environment variables are text in Node. A path that is not valid UTF-8 is passed as a directory
 * that the child inherits open.
 */
class PathsForChild {
  readonly descriptors: number[] = [];

  textFor(path: ByteString): string {
    const text = textOfBytes(path);
    if (Buffer.from(text, 'utf8').toString('latin1') === path) return text;
    return `/proc/self/fd/${2 + this.descriptors.push(openSync(fsPath(path), 'r'))}`;
  }

  /** For a file that need not exist. */
  textForFile(path: ByteString): string {
    return `${this.textFor(directoryOf(path))}${textOfBytes(path.slice(path.lastIndexOf('/')))}`;
  }

  close(): void {
    for (const fd of this.descriptors) closeSync(fd);
  }
}

function collect(child: ChildProcessWithoutNullStreams, { input, output, signal }: GitRunOptions): Promise<GitResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  // Git may end without reading all of its input, and nobody may want all of its output; its exit status tells the story.
  const ignoreError = (): void => undefined;
  if (output === undefined) child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  else pipeline(child.stdout, output, ignoreError);
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  if (input instanceof Readable) pipeline(input, child.stdin, ignoreError);
  else child.stdin.on('error', ignoreError).end(input);
  const abort = (): void => killGroup(child);
  signal?.addEventListener('abort', abort, { once: true });
  return new Promise<GitResult>((resolve, reject) => {
    child.on('error', (error) => {
      reject(errnoOf(error) !== 'ENOENT' ? error : new FsoError('the program `git` was not found', {
        remedy: 'install Git, or put it on PATH', cause: error,
      }));
    });
    child.on('close', (code, killedBy) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      const status = code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy]);
      resolve({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8'), status });
    });
  }).finally(() => signal?.removeEventListener('abort', abort));
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
