import type { ByteString } from '../../util/byte-string.js';
import { removeQuietly } from '../../storage/durable-file.js';
import { createLock } from '../../storage/lock-owner.js';

/**
 * Protects new objects until a ref names them: `git gc` does not drop a pack that has a `.keep` file
 * beside it (git-index-pack(1), `--keep`). Release it when the ref has moved, or when it will not.
 */
export class KeepGuard {
  #path: ByteString | null;

  private constructor(path: ByteString | null) {
    this.#path = path;
  }

  /** A guard with nothing to do: there is no new pack. */
  static none(): KeepGuard {
    return new KeepGuard(null);
  }

  /**
   * Creates the `.keep` file of a pack that is about to appear. One that exists already is somebody
   * else's, and is left alone.
   */
  static create(path: ByteString): KeepGuard {
    return createLock(path) ? new KeepGuard(path) : KeepGuard.none();
  }

  /** The guard of a pack that another thread of this process has created. */
  static of(path: ByteString | null): KeepGuard {
    return new KeepGuard(path);
  }

  /** Of the `.keep` file; null if there is nothing to guard. */
  get path(): ByteString | null {
    return this.#path;
  }

  /** Removes the pack as well, its index first: nothing names what is in it. Never throws. */
  discard(): void {
    const path = this.#path;
    if (path !== null) for (const end of ['idx', 'pack']) removeQuietly(path.replace(/keep$/, end));
    this.release();
  }

  /** Removes the `.keep` file, or leaves it over; harmless when called again. Never throws. */
  release(): void {
    const path = this.#path;
    this.#path = null;
    if (path !== null) removeQuietly(path);
  }
}
