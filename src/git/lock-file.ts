import { closeSync, fchmodSync, fsyncSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { LockedError, errnoOf, unlessErrno } from '../util/errors.js';
import { directoryOf, fsyncDirectory, makeDirectoryDurable, writeFully } from './durable-file.js';
import { writeFailure } from './write-failure.js';

const WAIT_MS = 1000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 60;

/**
 * Git's way of replacing a file: whoever creates `<file>.lock` may write; the new content goes into
 * the lock, which is renamed over the file. Git processes respect it, and we theirs.
 */
export class LockFile {
  readonly #path: ByteString;
  #fd: number | null;

  private constructor(path: ByteString, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  /**
   * Locks `path`, creating directories on the way. Waits up to a second for another process.
   * @throws LockedError that names the lock and its age.
   */
  static acquire(path: ByteString): LockFile {
    const lock = `${path}.lock`;
    const start = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return new LockFile(path, openSync(fsPath(lock), 'wx', 0o666));
      } catch (error) {
        const code = errnoOf(error);
        if (code !== 'ENOENT' && code !== 'EEXIST') throw writeFailure(lock, error);
        if (performance.now() - start > WAIT_MS) throw stillLocked(lock);
        // Git removes empty directories of refs, perhaps in this very moment: so this, too, is repeated.
        if (code === 'ENOENT') makeDirectoryDurable(directoryOf(path));
        else sleep(pause * (0.5 + Math.random()));
      }
    }
  }

  /** Replaces the file by `content`, durably, and gives up the lock. */
  commit(content: Buffer | string, mode?: number): void {
    const fd = this.#fd;
    if (fd === null) throw new Error('the lock was given up already');
    try {
      writeFully(fd, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
      if (mode !== undefined) fchmodSync(fd, mode);
      fsyncSync(fd);
      this.#close();
      renameSync(fsPath(`${this.#path}.lock`), fsPath(this.#path));
      fsyncDirectory(directoryOf(this.#path));
    } catch (error) {
      rmSync(fsPath(`${this.#path}.lock`), { force: true });
      throw writeFailure(this.#path, error);
    } finally {
      this.#close();
    }
  }

  /** Gives up the lock and leaves the file as it is; harmless after `commit`. */
  release(): void {
    if (this.#fd === null) return;
    this.#close();
    rmSync(fsPath(`${this.#path}.lock`), { force: true });
  }

  #close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
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
