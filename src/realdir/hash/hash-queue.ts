import type { HashRequest, HashResult } from './hash-file.js';
import type { HeldPath } from '../reach/held-directories.js';

/** A request that has not been answered. */
export interface PendingHash {
  readonly request: HashRequest;
  /** The open file; null if it is to be opened when its turn comes. */
  readonly fd: number | null;
  /** How it is reached then. */
  readonly later: HeldPath | null;
  resolve(result: HashResult): void;
  reject(error: unknown): void;
}

/** Bytes of the files of a batch. */
export function bytesOf(batch: readonly PendingHash[]): number {
  return batch.reduce((sum, { request }) => sum + Number(request.expected.size), 0);
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

  /** The oldest complete batch; undefined if none is complete. */
  get first(): readonly PendingHash[] | undefined {
    return this.full[0];
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
  shift(): void {
    this.full.shift();
  }

  /** Takes everything out. */
  clear(): readonly PendingHash[] {
    this.endBatch();
    return this.full.splice(0).flat();
  }
}
