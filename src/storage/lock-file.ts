import { lstatSync, renameSync, rmSync } from 'node:fs';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { LockedError, errnoOf, quietly, unlessErrno } from '../util/errors.js';
import { createFileDurable, directoryOf, fsyncDirectory, helperBeside, makeDirectoryDurable, removeQuietly } from './durable-file.js';
import { createLock, removeLockOfDeadOwner } from './lock-owner.js';
import { writeFailure } from './write-failure.js';

const WAIT_MS = 1000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 60;

/** Locks of this process that it could not remove when it gave them up; they hold nobody back but others. */
const givenUp = new Set<ByteString>();

/**
 * Git's way of replacing a file: whoever creates `<file>.lock` may write. Git processes respect our
 * lock, and we theirs. The new content goes into a file of its own, because the lock says whose it is.
 */
export class LockFile {
  readonly #path: ByteString;
  #isHeld = true;

  private constructor(path: ByteString) {
    this.#path = path;
  }

  /**
   * Locks `path`, creating directories on the way. Waits up to a second for another process; a lock
   * of a git-fso process that is dead is removed.
   * @throws LockedError that names the lock and its age.
   */
  static acquire(path: ByteString): LockFile {
    const lock = `${path}.lock`;
    const start = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        if (createLock(lock)) return new LockFile(path);
        if (givenUp.has(lock)) remove(lock);
        removeLockOfDeadOwner(lock);
        if (performance.now() - start > WAIT_MS) throw stillLocked(lock);
        sleep(pause * (0.5 + Math.random()));
      } catch (error) {
        // Git removes empty directories of refs, perhaps in this very moment: so this, too, is repeated.
        if (errnoOf(error) !== 'ENOENT' || performance.now() - start > WAIT_MS) throw writeFailure(lock, error);
        makeDirectoryDurable(directoryOf(path));
      }
    }
  }

  /** Replaces the file by `content` (a string is one of bytes), durably, and gives up the lock. */
  commit(content: Buffer | string, mode?: number): void {
    // Only the holder of the lock uses this name, so one that is there was left by a dead one.
    const next = helperBeside(this.#path, 'next');
    try {
      rmSync(fsPath(next), { force: true });
      createFileDurable(next, typeof content === 'string' ? Buffer.from(content, 'latin1') : content, mode);
      renameSync(fsPath(next), fsPath(this.#path));
      // Before the directory is synced, so that a power failure afterwards does not bring the lock back.
      this.release();
      fsyncDirectory(directoryOf(this.#path));
    } catch (error) {
      removeQuietly(next);
      throw writeFailure(this.#path, error);
    } finally {
      this.release();
    }
  }

  /** Gives up the lock and leaves the file as it is; harmless after `commit`. Never throws. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    remove(`${this.#path}.lock`);
  }
}

/** Removes a lock of ours, or remembers that it is to be removed. */
function remove(lock: ByteString): void {
  givenUp.add(lock);
  quietly(() => {
    rmSync(fsPath(lock), { force: true });
    givenUp.delete(lock);
  });
}

function stillLocked(lock: ByteString): LockedError {
  const created = unlessErrno(['ENOENT'], null, () => lstatSync(fsPath(lock)).mtimeMs);
  const age = created === null ? 'just now' : `${Math.max(0, Math.round((Date.now() - created) / 1000))} s ago`;
  return new LockedError(`${textOfBytes(lock)}: another process holds this lock, taken ${age}`, {
    remedy: 'wait for it to end; if no process works on this repository any more, remove that file',
  });
}

/** Blocks the thread: a ref is locked for a few milliseconds only. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
