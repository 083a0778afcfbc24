/** Starting a thread costs as much as hashing some 10 MB; what is less stays in the main thread. */
const WORTH_A_THREAD = 8 << 20;
/** A message with so many bytes of files, 4 KiB each, costs about as much as hashing them. */
const SMALL_BATCH_BYTES = 256 << 10;
/** Where reading a file takes longer than that, in milliseconds, others can do something meanwhile. */
const SLOW_MS = 0.3;
/** The machine may have been busy with something else. */
const SLOW_BATCHES = 3;

/** Which batches of files the main thread hashes itself: small ones, unless it would have to wait for a slow filesystem. */
export class LocalShare {
  private submittedBytes = 0;
  private slowInARow = 0;

  /** Takes note of a file of so many bytes that is to be hashed. */
  submit(bytes: number): void {
    this.submittedBytes += bytes;
  }

  /** True for a batch of so many bytes that no thread is worth. */
  includes(bytes: number): boolean {
    return this.slowInARow < SLOW_BATCHES && (bytes <= SMALL_BATCH_BYTES || this.submittedBytes < WORTH_A_THREAD);
  }

  /** Takes note of how long a batch of so many bytes in so many files took in the main thread. */
  took(ms: number, bytes: number, files: number): void {
    if (bytes <= SMALL_BATCH_BYTES) this.slowInARow = ms > SLOW_MS * files ? this.slowInARow + 1 : 0;
  }
}
