import { createHash } from 'node:crypto';
import { ftruncateSync } from 'node:fs';
import { writeFully } from './durable-file.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * Collects small pieces of a file into chunks of 256 KiB, so that write(2) is called rarely. Whoever
 * needs the last drop of speed reserves room and writes into `buffer` directly.
 */
export class ChunkWriter {
  readonly buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #fd: number;
  readonly #hash = createHash('sha1');
  readonly #isHashed: boolean;
  #used = 0;
  #written = 0;

  /** @param isHashed whether `digest` will be asked for. */
  constructor(fd: number, isHashed: boolean) {
    this.#fd = fd;
    this.#isHashed = isHashed;
  }

  /** How many bytes the file has so far, the collected ones included. */
  get position(): number {
    return this.#written + this.#used;
  }

  /** Makes room for `length` bytes (at most the chunk) and says where in `buffer` it is. */
  reserve(length: number): number {
    if (this.#used + length > CHUNK_BYTES) this.flush();
    return this.#used;
  }

  /** Takes over `length` bytes that were written where `reserve` said. */
  commit(length: number): void {
    this.#used += length;
  }

  write(bytes: Buffer): void {
    if (bytes.length > CHUNK_BYTES) {
      this.flush();
      this.#put(bytes);
      return;
    }
    bytes.copy(this.buffer, this.reserve(bytes.length));
    this.commit(bytes.length);
  }

  flush(): void {
    const used = this.#used;
    this.#used = 0;
    if (used > 0) this.#put(this.buffer.subarray(0, used));
  }

  /** Drops everything from `position` on. Only for what is not hashed. */
  rewind(position: number): void {
    this.#used = Math.max(0, position - this.#written);
    if (position >= this.#written) return;
    ftruncateSync(this.#fd, position);
    this.#written = position;
  }

  /** The SHA-1 of everything so far; nothing may be written with hashing afterwards. */
  digest(): Buffer {
    this.flush();
    return this.#hash.digest();
  }

  #put(bytes: Buffer): void {
    if (this.#isHashed) this.#hash.update(bytes);
    writeFully(this.#fd, bytes, this.#written);
    this.#written += bytes.length;
  }
}
