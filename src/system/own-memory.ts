import type { SystemCalls } from './system-calls.js';

/** V8 moves smaller arrays about. */
const LEAST_BYTES = 4096;

/** Memory that system calls read and write. It must be referenced for as long as its address is in use. */
export class OwnMemory {
  readonly bytes: Buffer;
  /** Of the first byte. */
  readonly address: number;

  /** @param size in bytes, a multiple of 8 */
  constructor(calls: Pick<SystemCalls, 'address'>, size: number) {
    this.bytes = Buffer.from(new ArrayBuffer(Math.max(size, LEAST_BYTES)));
    this.address = Number(calls.address(this.bytes));
  }
}
