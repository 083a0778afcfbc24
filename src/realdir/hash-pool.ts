import { closeSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import type { HashJob, HashOutcome } from './hash-batch.js';
import { errorOf } from './hash-batch.js';
import { HashControl } from './hash-control.js';
import type { HashResult } from './hash-file.js';
import { openForHashing, UNSTABLE } from './hash-file.js';
import type { HashRequest, PendingHash } from './hash-queue.js';
import { BATCH_BYTES, HashQueue } from './hash-queue.js';
import type { HashThread } from './hash-thread.js';
import { hashWorkerFile, LocalHashThread, WorkerHashThread } from './hash-thread.js';

export type { HashRequest } from './hash-queue.js';

export interface HashPoolOptions {
  /** Worker threads at most; 0 hashes in the main thread. */
  readonly workers: number;
  /** Rejects what is pending, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The built `hash-worker.js`; by default the one beside this module, null if there is none. */
  readonly workerFile?: URL | null;
}

interface Seat {
  readonly thread: HashThread;
  /** Bytes of each batch that the thread has not returned yet. */
  readonly batches: number[];
}

interface Opened {
  readonly job: HashJob;
  readonly pending: PendingHash;
}

/** Starting a thread costs as much as hashing some 10 MB; what is less stays in the main thread. */
const WORTH_A_THREAD = 8 << 20;
/** What opening and closing a file costs, in bytes that could be hashed meanwhile. */
const FILE_COST = 8 << 10;
/** Files that are pending when `ready` starts to hold back. */
const HIGH_WATER = 512;
/** Files that are opened ahead, at most. */
const MAX_OPEN = 2 * HIGH_WATER;

/** The path as it is valid in any working directory; null if that would be too long. */
function absolute(path: ByteString): ByteString | null {
  if (path.startsWith('/')) return path;
  try {
    return joinPath(readlinkSync('/proc/self/cwd', 'latin1'), path);
  } catch {
    return null;
  }
}

/**
 * Hashes files in worker threads. Files are opened by `hash` itself, in the calling thread: a path
 * need not be valid afterwards, and may be relative to a working directory that changes.
 */
export class HashPool {
  private readonly control = new HashControl();
  private readonly queue = new HashQueue();
  private readonly seats: Seat[] = [];
  private readonly local: Seat;
  private readonly running = new Set<Promise<void>>();
  private workerFile: URL | null;
  private submittedCost = 0;
  private pending = 0;
  private flushing: NodeJS.Immediate | null = null;
  private held: (() => void)[] = [];
  /** Why nothing is hashed any more. */
  private ended: { readonly reason: unknown } | null = null;

  constructor(private readonly options: HashPoolOptions) {
    this.local = { thread: new LocalHashThread(this.control), batches: [] };
    this.workerFile = options.workerFile === undefined ? hashWorkerFile() : options.workerFile;
    if (options.signal?.aborted === true) this.onAbort();
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Bytes that were read so far, by all threads. */
  get bytesHashed(): number {
    return this.control.bytes;
  }

  /** Resolves when more files may be submitted; undefined if that is now. */
  ready(): Promise<void> | undefined {
    if (this.pending < HIGH_WATER) return undefined;
    this.flush();
    return new Promise((resolve) => {
      this.held.push(resolve);
    });
  }

  /**
   * Both checksums of a file: see `hashFile`. Rejects with system errors, such as EACCES and EIO,
   * and with the signal's reason.
   */
  hash(request: HashRequest): Promise<HashResult> {
    if (this.ended !== null) return Promise.reject(this.ended.reason);
    // Callers that do not wait for `ready` must not use up the descriptors of the process.
    const later = this.pending < MAX_OPEN ? null : absolute(request.path);
    let fd: number | null = null;
    if (later === null) {
      try {
        fd = openForHashing(request.path);
      } catch (error) {
        return Promise.reject(error);
      }
      if (fd === null) return Promise.resolve(UNSTABLE);
    }
    return new Promise((resolve, reject) => {
      this.pending += 1;
      this.submittedCost += Number(request.expected.size) + FILE_COST;
      this.queue.push({ request: { ...request, path: later ?? request.path }, fd, resolve, reject });
      if (this.queue.hasBatch) this.dispatch();
      this.flushing ??= setImmediate(() => this.flush());
    });
  }

  /** Ends the threads. What is pending is cancelled and rejects. */
  async close(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.end(new Error('the hash pool was closed'));
    await Promise.all(this.running);
    await Promise.all(this.seats.splice(0).map(({ thread }) => thread.close()));
  }

  private readonly onAbort = (): void => this.end(this.options.signal?.reason);

  /** Rejects what waits; what the threads have in hand follows when they notice. */
  private end(reason: unknown): void {
    this.ended ??= { reason };
    this.control.abort();
    for (const { fd, reject } of this.queue.clear()) {
      this.pending -= 1;
      if (fd !== null) closeSync(fd);
      reject(reason);
    }
    this.release();
  }

  private release(): void {
    for (const resume of this.held.splice(0)) resume();
  }

  private flush(): void {
    if (this.flushing !== null) clearImmediate(this.flushing);
    this.flushing = null;
    this.queue.endBatch();
    this.dispatch();
  }

  private dispatch(): void {
    while (this.queue.hasBatch) {
      const seat = this.freeSeat();
      const batch = seat === null ? undefined : this.queue.shift();
      if (seat === null || batch === undefined) return;
      const run = this.run(seat, batch);
      this.running.add(run);
      void run.finally(() => this.running.delete(run));
    }
  }

  /** A thread that has nothing to do, a new one, or one whose work is small enough to line up behind. */
  private freeSeat(): Seat | null {
    const { local, seats, workerFile } = this;
    if (workerFile === null || this.options.workers < 1 || this.submittedCost < WORTH_A_THREAD) {
      return local.batches.length === 0 ? local : null;
    }
    const idle = seats.find(({ batches }) => batches.length === 0);
    if (idle !== undefined) return idle;
    if (seats.length >= this.options.workers) {
      return seats.find(({ batches }) => batches.length === 1 && (batches[0] ?? 0) <= BATCH_BYTES) ?? null;
    }
    const seat: Seat = { thread: new WorkerHashThread(workerFile, this.control), batches: [] };
    seats.push(seat);
    return seat;
  }

  private async run(seat: Seat, batch: readonly PendingHash[]): Promise<void> {
    const opened = batch.flatMap((pending) => this.opened(pending));
    const jobs = opened.map(({ job }) => job);
    seat.batches.push(jobs.reduce((sum, { expected }) => sum + Number(expected.size), 0));
    const outcomes = await this.outcomes(seat.thread, jobs);
    for (const [index, { job, pending }] of opened.entries()) {
      closeSync(job.fd);
      this.settle(pending, outcomes[index]);
    }
    seat.batches.shift();
    this.pending -= batch.length;
    if (this.pending < HIGH_WATER) this.release();
    this.dispatch();
  }

  /** The pending file once it is open; nothing if it cannot be opened and has been answered. */
  private opened(pending: PendingHash): Opened[] {
    const { request } = pending;
    try {
      const fd = pending.fd ?? openForHashing(request.path);
      if (fd !== null) return [{ job: { fd, ...request }, pending }];
      pending.resolve(UNSTABLE);
    } catch (error) {
      pending.reject(error);
    }
    return [];
  }

  private async outcomes(thread: HashThread, jobs: readonly HashJob[]): Promise<readonly HashOutcome[]> {
    try {
      return await thread.run(jobs);
    } catch {
      // The thread has died, for want of memory perhaps; the main thread goes on alone.
      this.workerFile = null;
      return this.local.thread.run(jobs);
    }
  }

  private settle(pending: PendingHash, outcome: HashOutcome | undefined): void {
    if (outcome !== undefined && 'result' in outcome) pending.resolve(outcome.result);
    else if (this.ended !== null) pending.reject(this.ended.reason);
    else pending.reject(outcome === undefined ? new Error('no checksum was returned') : errorOf(outcome.failure));
  }
}
