import type { ByteString } from '../util/byte-string.js';
import type { ExpectedFile, HashResult } from './hash-file.js';

export interface HashRequest {
  readonly path: ByteString;
  readonly expected: ExpectedFile;
}

/** A request that has not been answered. */
export interface PendingHash {
  readonly request: HashRequest;
  /** The open file; null if it is to be opened when its turn comes. */
  readonly fd: number | null;
  resolve(result: HashResult): void;
  reject(error: unknown): void;
}

/** A message between threads costs as much as hashing some 50 KB, so small files travel together. */
const BATCH_FILES = 64;
/** Bytes in a batch of several files; a larger file is a batch of its own. */
export const BATCH_BYTES = 1 << 20;

/** Requests in the order of their arrival, in batches. */
export class HashQueue {
  private readonly full: PendingHash[][] = [];
  private filling: PendingHash[] = [];
  private bytes = 0;

  /** True if a batch is complete. */
  get hasBatch(): boolean {
    return this.full.length > 0;
  }

  push(pending: PendingHash): void {
    const size = Number(pending.request.expected.size);
    if (this.bytes + size > BATCH_BYTES) this.endBatch();
    this.filling.push(pending);
    this.bytes += size;
    if (this.filling.length >= BATCH_FILES || this.bytes >= BATCH_BYTES) this.endBatch();
  }

  /** Takes what is there for a complete batch. */
  endBatch(): void {
    if (this.filling.length > 0) this.full.push(this.filling);
    this.filling = [];
    this.bytes = 0;
  }

  /** Takes the oldest complete batch out. */
  shift(): readonly PendingHash[] | undefined {
    return this.full.shift();
  }

  /** Takes everything out. */
  clear(): readonly PendingHash[] {
    this.endBatch();
    return this.full.splice(0).flat();
  }
}
