import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable, pipeline } from 'node:stream';
import type { Writable } from 'node:stream';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, errnoOf } from '../../util/errors.js';
import { findProgram, programPath, useProgramPath } from '../../util/process/programs.js';
import { temporaryDirectory, useTemporaryDirectory } from '../../util/process/temporary-directory.js';
import { directoryOf } from '../../storage/durable-file.js';
import { requirePlainRepository, requirePlainWorkTree } from './plain-repository.js';
import { RepositoryView } from './repository-view.js';

/** Stands for a repository where Git is asked about something else. */
export const NO_REPOSITORY = '/dev/null';

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

// Nothing that is configured elsewhere may be executed, or stop and ask.
const FIXED_ARGUMENTS = [
  // It names packs by paths, which may lead to those of other repositories.
  '-c',
  'core.multiPackIndex=false',
  // It takes what a commit-graph says for true, without a look at its checksum.
  '-c',
  'core.commitGraph=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.attributesFile=/dev/null',
  '-c',
  'core.excludesFile=/dev/null',
  // By default Git leaves loose objects and refs to the mercy of the next power failure.
  '-c',
  'core.fsync=all',
];

/**
 * The whole environment of Git, but for what depends on the call: no configuration of the user or the system, nothing
 * fetched from anywhere, no traces (trace2 of a configuration writes files), no replaced objects.
 */
const FIXED_ENVIRONMENT = {
  LC_ALL: 'C',
  // Versions before 2.32 look there in spite of the next two.
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_PAGER: 'cat',
  GIT_EDITOR: ':',
  // Without optional locks, commands that only read do not write a fresher index.
  GIT_OPTIONAL_LOCKS: '0',
} as const;

/** The time zone of dates in words. */
let zone: Readonly<Record<string, string>> = {};

/** Takes PATH, TZ and TMPDIR from the environment of the process; to be called once, at the start. */
export function setGitEnvironment({ PATH, TZ, TMPDIR }: Readonly<Record<string, string | undefined>>): void {
  useProgramPath(PATH);
  useTemporaryDirectory(TMPDIR);
  zone = TZ === undefined ? {} : { TZ };
}

/**
 * Runs `git` on a repository, whatever its owner, in the directory `/` and in an environment made from nothing. Git
 * sees a view of the repository with a configuration of ours. The exit status is not judged here.
 * @param gitDir absolute path of the `.git` directory.
 * @throws FsoError if there is no `git`, or if the repository has links, FIFOs or the like, or the work tree where Git reads them; the
 *   reason of the signal when aborted, after Git has ended.
 */
export async function runGit(gitDir: ByteString, args: readonly GitArgument[], options: GitRunOptions = {}): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const program = findProgram('git');
  if (program === null) throw new FsoError('the program `git` was not found', { remedy: 'install Git, or put it on PATH' });
  const isRepository = gitDir !== NO_REPOSITORY;
  if (isRepository) requirePlainRepository(gitDir);
  if (options.workTree !== undefined) requirePlainWorkTree(options.workTree);
  const view = isRepository ? new RepositoryView(gitDir, temporaryDirectory()) : null;
  const paths = new PathsForChild();
  try {
    const env = {
      ...FIXED_ENVIRONMENT,
      ...zone,
      PATH: programPath(),
      GIT_DIR: view?.path ?? NO_REPOSITORY,
      ...(isRepository ? { GIT_OBJECT_DIRECTORY: paths.textFor(options.objectDirectory ?? joinPath(gitDir, 'objects')) } : {}),
      ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: paths.textFor(options.workTree) }),
      ...(options.indexFile === undefined ? {} : { GIT_INDEX_FILE: paths.textForFile(options.indexFile) }),
      ...options.env,
    };
    const texts = args.map((arg) => (typeof arg === 'string' ? arg : paths.textForFile(arg.path)));
    const child = spawn(program, [...FIXED_ARGUMENTS, ...texts], {
      cwd: '/',
      env,
      stdio: ['pipe', 'pipe', 'pipe', ...paths.descriptors],
      // A process group of its own, so that aborting reaches the processes that Git starts, too.
      detached: true,
    }) as ChildProcessWithoutNullStreams;
    const result = await collect(child, options);
    // Messages name the repository that people know.
    return view === null ? result : { ...result, stderr: result.stderr.replaceAll(view.path, textOfBytes(gitDir)) };
  } finally {
    paths.close();
    view?.remove();
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
    child.on('error', reject);
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
    // It has ended, or has become another user's, who has to see to it; nobody could catch an error of a listener.
    if (!['ESRCH', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
  }
}
