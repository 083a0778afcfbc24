import { spawn } from 'node:child_process';
import { closeSync, constants, fchmodSync, fstatSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { isStillAt } from '../../storage/lock-owner.js';
import { openStored } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, LockedError, quietly, unlessErrno } from '../../util/errors.js';
import { oneLine } from '../../util/text/one-line.js';
import { findProgram } from '../../util/process/programs.js';
import { helperEnvironment } from '../../util/process/run-helper.js';
import { tryFallbackLock } from './lock-fallback.js';
import { addRecord, describeRecord, liveRecords } from './lock-records.js';

/** Any number of processes may hold the lock shared, or one exclusive. */
export type LockMode = 'shared' | 'exclusive';

export interface LockOptions {
  /** How long to wait for others, in milliseconds; 0 gives up at once. */
  readonly waitMs: number;
  /** What the process does, for people who wait for it: `git-fso stat`. */
  readonly command: string;
  readonly signal?: AbortSignal;
  /** Told who is waited for, once, and again when that changes. */
  readonly onWait?: (holder: string) => void;
}

export interface LockHandle {
  /** Gives the lock up; harmless when called again. A process that ends gives up its locks by itself. */
  release(): void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/** It left no record, as each process of git-fso does. */
const UNKNOWN_HOLDER = 'another process';

/**
 * Takes a kernel lock (flock(2)) on a file, which is created if it is missing. The lock belongs to the open
 * file: it vanishes with the process, and two calls in one process exclude each other, too. Do not
 * ask for `exclusive` while holding `shared`.
 * @throws LockedError that names who holds it; the reason of the signal when aborted.
 */
export async function acquireLock(path: ByteString, mode: LockMode, options: LockOptions): Promise<LockHandle> {
  const deadline = performance.now() + options.waitMs;
  let stopWaiting: (() => void) | null = null;
  let announced = '';
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      options.signal?.throwIfAborted();
      const handle = await tryLock(path, mode, options.command);
      if (handle !== null) return handle;
      const holder = describeHolders(path);
      const left = deadline - performance.now();
      if (left <= 0) throw stillLocked(path, holder, options.waitMs);
      stopWaiting ??= addRecord(waitersOf(path), options.command, mode);
      if (holder !== announced) options.onWait?.(holder);
      announced = holder;
      await sleep(Math.min(pause, left), options.signal);
    }
  } finally {
    if (stopWaiting !== null) quietly(stopWaiting);
  }
}

/** True if a process holds the lock, in whatever mode. */
export function hasHolders(path: ByteString): boolean {
  return liveRecords(holdersOf(path)).length > 0;
}

/** True if a process is waiting for the lock: whoever holds it for something that can be put off should stop. */
export function hasWaiters(path: ByteString): boolean {
  return liveRecords(waitersOf(path)).length > 0;
}

async function tryLock(path: ByteString, mode: LockMode, command: string): Promise<LockHandle | null> {
  const fd = openLockFile(path);
  let isKept = false;
  try {
    const answer = await askFlock(path, fd, mode);
    // While we waited, the repository may have been moved away, or its lock file replaced.
    if (answer === 'busy' || !isStillAt(path, fd)) return null;
    const release = answer === 'taken'
      ? addRecord(holdersOf(path), command, mode)
      : tryFallbackLock(path, holdersOf(path), mode, command);
    if (release === null) return null;
    isKept = true;
    return handleOf(fd, release);
  } finally {
    if (!isKept) closeSync(fd);
  }
}

function openLockFile(path: ByteString): number {
  try {
    const { fd } = openStored(path, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE);
    closeLockFile(fd);
    return fd;
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Whoever may open the file can lock it for ever: older versions have left that to the umask. */
function closeLockFile(fd: number): void {
  if ((fstatSync(fd).mode & 0o077) === 0) return;
  unlessErrno(['EPERM', 'EROFS'], undefined, () => fchmodSync(fd, PRIVATE_FILE));
}

/**
 * Has util-linux' flock(1) lock our open file. The lock belongs to the open file, not to the process
 * that asked for it, so it stays when flock has ended. Node itself has no call for this.
 */
function askFlock(path: ByteString, fd: number, mode: LockMode): Promise<'taken' | 'busy' | 'missing'> {
  const flock = findProgram('flock');
  if (flock === null) return Promise.resolve('missing');
  return new Promise((resolve, reject) => {
    // The working directory may be a stranger's.
    const surroundings = { cwd: '/', env: helperEnvironment() };
    const child = spawn(flock, ['-n', mode === 'shared' ? '-s' : '-x', '3'], { ...surroundings, stdio: ['ignore', 'ignore', 'pipe', fd] });
    const stderr: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve('taken');
      else if (status === 1) resolve('busy');
      else reject(new FsoError(`${textOfBytes(path)}: cannot be locked: ${oneLine(Buffer.concat(stderr).toString('utf8'))}`));
    });
  });
}

function handleOf(fd: number, removeRecord: () => void): LockHandle {
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      // Closing gives the lock up; that the record goes, too, is for people.
      quietly(() => closeSync(fd));
      quietly(removeRecord);
    },
  };
}

function describeHolders(path: ByteString): string {
  return liveRecords(holdersOf(path)).map(describeRecord).join(', ') || UNKNOWN_HOLDER;
}

function stillLocked(path: ByteString, holder: string, waitMs: number): LockedError {
  const isUnknown = holder === UNKNOWN_HOLDER;
  return new LockedError(`${textOfBytes(path)}: locked by ${holder}; waited ${(waitMs / 1000).toFixed(1)} s`, {
    remedy: isUnknown
      ? `find out with \`fuser -v ${textOfBytes(path)}\` which process that is, and end it if it is none of yours`
      : 'run the command again when that one has ended, or wait longer with `--wait`',
  });
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
}

function holdersOf(path: ByteString): ByteString {
  return `${path}.holders`;
}

function waitersOf(path: ByteString): ByteString {
  return `${path}.waiting`;
}
