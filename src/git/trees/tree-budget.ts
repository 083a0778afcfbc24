import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Oid } from '../objects/object-id.js';

/** So many trees are remembered one by one; the slots, half a megabyte, are for repositories that have more. */
const FEW = 1024;
/** Slots for what was met, by the first bits of the id, a power of two. */
const SLOTS = 1 << 22;
/** What reading a tree costs beside its bytes, in bytes. */
const READ_COST = 1024;
/** So much may be read again in any repository. */
const ALWAYS_AGAIN = 32 * 1024 * 1024;
/** How often everything may be read again: more often than a directory has a copy for each day of a year. */
const AGAIN_MAX = 500;

/** The trees of a repository stand for more paths than anybody can walk through. */
export class TooManyPathsError extends FsoError {
  override readonly name = 'TooManyPathsError';

  constructor(gitDir: ByteString) {
    super(`${textOfBytes(gitDir)}: a few trees stand for so many paths that they cannot be walked through`, {
      remedy: 'do not use this repository if it comes from elsewhere; else ask about a smaller part of it',
    });
  }
}

/**
 * Bounds how often the same trees are read again. A dozen trees, each with ten entries that name the next one, are
 * 10^12 paths. In a real history trees are the same only where directories are copies of one another.
 */
export class TreeBudget {
  readonly #gitDir: ByteString;
  readonly #few = new Set<Oid>();
  // Which trees were met, approximately: that two have the same slot does not matter, and it does not grow.
  #met: Int32Array | null = null;
  #once = 0;
  #again = 0;

  /** @param gitDir for the message */
  constructor(gitDir: ByteString) {
    this.#gitDir = gitDir;
  }

  /**
   * Notes that a tree is read.
   * @param length of its body
   * @throws TooManyPathsError if trees were read again too often
   */
  spend(oid: Oid, length: number): void {
    const cost = READ_COST + length;
    if (this.#isNew(oid)) {
      this.#once += cost;
      return;
    }
    this.#again += cost;
    if (this.#again <= Math.max(ALWAYS_AGAIN, AGAIN_MAX * this.#once)) return;
    throw new TooManyPathsError(this.#gitDir);
  }

  #isNew(oid: Oid): boolean {
    if (this.#few.has(oid)) return false;
    if (this.#few.size < FEW) {
      this.#few.add(oid);
      return true;
    }
    this.#met ??= new Int32Array(SLOTS / 32);
    const slot = ((oid.charCodeAt(0) << 16) | (oid.charCodeAt(1) << 8) | oid.charCodeAt(2)) & (SLOTS - 1);
    const bit = 1 << (slot & 31);
    const word = this.#met[slot >>> 5] as number;
    if ((word & bit) !== 0) return false;
    this.#met[slot >>> 5] = word | bit;
    return true;
  }
}
