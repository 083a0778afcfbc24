import type { CancelSignal } from './hash-file.js';

const CANCEL = 0;
const BYTES = 1;

/** What the threads of a pool have in common: whether to stop, and how far they are. */
export class HashControl implements CancelSignal {
  private readonly cells: BigInt64Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.cells = new BigInt64Array(memory);
  }

  get aborted(): boolean {
    return Atomics.load(this.cells, CANCEL) !== 0n;
  }

  abort(): void {
    Atomics.store(this.cells, CANCEL, 1n);
  }

  /** Bytes that all threads have read so far. */
  get bytes(): number {
    return Number(Atomics.load(this.cells, BYTES));
  }

  readonly onBytes = (bytes: number): void => {
    Atomics.add(this.cells, BYTES, BigInt(bytes));
  };
}
