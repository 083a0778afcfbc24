import { closeSync } from 'node:fs';
import { shareOfOpenFiles } from '../../util/process/open-file-limit.js';
import type { ByteString } from '../../util/byte-string.js';
import { receivedError } from '../../util/threads/passed-error.js';
import type { HashJob, HashOutcome } from './hash-batch.js';
import { HashControl } from './hash-control.js';
import type { HashRequest, HashResult } from './hash-file.js';
import { openForHashing, UNSTABLE } from './hash-file.js';
import type { PendingHash } from './hash-queue.js';
import { BATCH_BYTES, bytesOf, HashQueue } from './hash-queue.js';
import type { HeldPath } from '../reach/held-directories.js';
import { HeldDirectories } from '../reach/held-directories.js';
import type { HashThread } from './hash-thread.js';
import { hashWorkerFile, LocalHashThread, WorkerHashThread } from './hash-thread.js';
import { LocalShare } from './local-share.js';

export interface HashPoolOptions {
  /** Worker threads at most; 0 hashes in the main thread. */
  readonly workers: number;
  /** Rejects what is pending, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The built `hash-worker.js`; by default the one beside this module, null if there is none. */
  readonly workerFile?: URL | null;
}

/** How far a pool is with reading. */
export interface Reading {
  /** Bytes that were read so far. */
  readonly bytes: number;
  /** Bytes of files that were submitted and not read yet. */
  readonly left: number;
  /** The largest of the files that are being read now, if one takes long. */
  readonly file: { readonly path: ByteString; readonly bytes: number; readonly size: number } | null;
}

interface Seat {
  readonly thread: HashThread;
  readonly control: HashControl;
  /** Of each batch that the thread has not returned yet, the file, if it is a single one. */
  readonly files: (HashJob | null)[];
  /** What the thread had read when it returned the last batch. */
  before: number;
  /** Bytes of each batch that the thread has not returned yet. */
  readonly batches: number[];
}

interface Opened {
  readonly job: HashJob;
  readonly pending: PendingHash;
}

/** Files that are pending when `ready` starts to hold back. */
const HIGH_WATER = shareOfOpenFiles(512);
/** Files that are opened ahead, at most. */
const MAX_OPEN = shareOfOpenFiles(1024);

function makeSeat(start: (control: HashControl) => HashThread): Seat {
  const control = new HashControl();
  return { thread: start(control), control, batches: [], files: [], before: 0 };
}

/** Nothing was written, so that an error of close(2), as network filesystems have them, means nothing. */
function closeRead(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The descriptor is free in any case.
  }
}

/**
 * Hashes files in worker threads. Files are opened by `hash` itself, in the calling thread: a path
 * need not be valid afterwards, and may be relative to a working directory that changes.
 */
export class HashPool {
  private readonly queue = new HashQueue();
  private readonly directories = new HeldDirectories();
  private readonly seats: Seat[] = [];
  private readonly local: Seat;
  private readonly running = new Set<Promise<void>>();
  private workerFile: URL | null;
  private readonly share = new LocalShare();
  private pending = 0;
  /** Sizes of the files that were submitted and not answered. */
  private pendingBytes = 0;
  /** What threads had read that have ended. */
  private bytesOfClosed = 0;
  private flushing: NodeJS.Immediate | null = null;
  private held: (() => void)[] = [];
  /** Why nothing is hashed any more. */
  private ended: { readonly reason: unknown } | null = null;

  constructor(private readonly options: HashPoolOptions) {
    this.local = makeSeat((control) => new LocalHashThread(control));
    this.workerFile = options.workerFile === undefined ? hashWorkerFile() : options.workerFile;
    if (options.signal?.aborted === true) this.onAbort();
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Bytes that were read so far, by all threads. */
  get bytesHashed(): number {
    return this.all.reduce((sum, { control }) => sum + control.bytes, this.bytesOfClosed);
  }

  /** How far the reading is. */
  get reading(): Reading {
    const underWay = this.all.map((seat) => ({ job: seat.files[0], bytes: seat.control.bytes - seat.before }));
    const done = underWay.reduce((sum, { bytes }) => sum + bytes, 0);
    const files = underWay.flatMap(({ job, bytes }) => {
      return job === null || job === undefined
        ? []
        : [{ path: job.place ?? job.path, bytes: Math.min(bytes, Number(job.expected.size)), size: Number(job.expected.size) }];
    });
    const [file = null] = files.sort((a, b) => b.size - a.size);
    return { bytes: this.bytesHashed, left: Math.max(0, this.pendingBytes - done), file };
  }

  private get all(): readonly Seat[] {
    return [this.local, ...this.seats];
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
    let fd: number | null = null;
    let later: HeldPath | null = null;
    try {
      // Callers that do not wait for `ready` must not use up the descriptors of the process.
      if (this.pending < MAX_OPEN) fd = openForHashing(request);
      else later = this.directories.hold(request.path);
    } catch (error) {
      return Promise.reject(error);
    }
    if (fd === null && later === null) return Promise.resolve(UNSTABLE);
    return new Promise((resolve, reject) => {
      this.pending += 1;
      this.pendingBytes += Number(request.expected.size);
      this.share.submit(Number(request.expected.size));
      this.queue.push({ request, fd, later, resolve, reject });
      if (this.queue.first !== undefined) this.dispatch();
      this.flushing ??= setImmediate(() => this.flush());
    });
  }

  /** Ends the threads. What is pending is cancelled and rejects. */
  async close(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.end(new Error('the hash pool was closed'));
    await Promise.all(this.running);
    const bytes = this.bytesHashed - this.local.control.bytes;
    await Promise.all(this.seats.splice(0).map(({ thread }) => thread.close()));
    this.bytesOfClosed = bytes;
  }

  private readonly onAbort = (): void => this.end(this.options.signal?.reason);

  /** Rejects what waits; what the threads have in hand follows when they notice. */
  private end(reason: unknown): void {
    this.ended ??= { reason };
    for (const { control } of this.all) control.abort();
    for (const { fd, later, reject } of this.queue.clear()) {
      this.pending -= 1;
      if (fd !== null) closeRead(fd);
      later?.release();
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
    for (let batch = this.queue.first; batch !== undefined; batch = this.queue.first) {
      const seat = this.freeSeat(bytesOf(batch));
      if (seat === null) return;
      this.queue.shift();
      const run = this.run(seat, batch);
      this.running.add(run);
      run.finally(() => this.running.delete(run)).catch(() => undefined);
    }
  }

  /**
   * A thread that has nothing to do, a new one, or one whose work is small enough to line up behind.
   * @param bytes of the batch that it is for
   */
  private freeSeat(bytes: number): Seat | null {
    const { local, seats, workerFile } = this;
    if (workerFile === null || this.options.workers < 1 || this.share.includes(bytes)) {
      return local.batches.length === 0 ? local : null;
    }
    const idle = seats.find(({ batches }) => batches.length === 0);
    if (idle !== undefined) return idle;
    if (seats.length >= this.options.workers) {
      return seats.find(({ batches }) => batches.length === 1 && (batches[0] ?? 0) <= BATCH_BYTES) ?? null;
    }
    try {
      const seat = makeSeat((control) => new WorkerHashThread(workerFile, control));
      if (this.ended !== null) seat.control.abort();
      seats.push(seat);
      return seat;
    } catch {
      // For want of memory or descriptors, perhaps; the threads that there are go on, or the main thread alone.
      this.workerFile = seats.length === 0 ? null : workerFile;
      return local.batches.length === 0 ? local : null;
    }
  }

  /** Never rejects: each file of the batch is answered. */
  private async run(seat: Seat, batch: readonly PendingHash[]): Promise<void> {
    seat.batches.push(bytesOf(batch));
    seat.files.push(null);
    try {
      const opened = batch.flatMap((pending) => this.opened(pending));
      const jobs = opened.map(({ job }) => job);
      if (jobs.length === 1) seat.files[seat.files.length - 1] = jobs[0] ?? null;
      const begun = performance.now();
      const outcomes = await this.outcomes(seat.thread, jobs);
      if (seat === this.local) this.share.took(performance.now() - begun, bytesOf(batch), jobs.length);
      for (const [index, { job, pending }] of opened.entries()) {
        closeRead(job.fd);
        this.settle(pending, outcomes[index]);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    seat.batches.shift();
    seat.files.shift();
    seat.before = seat.control.bytes;
    this.pending -= batch.length;
    this.pendingBytes -= bytesOf(batch);
    if (this.pending < HIGH_WATER) this.release();
    this.dispatch();
  }

  /** The pending file once it is open; nothing if it cannot be opened and has been answered. */
  private opened(pending: PendingHash): Opened[] {
    const { request: { path, expected, place }, later } = pending;
    try {
      const fd = later === null ? pending.fd : openForHashing({ path: later.path, expected });
      if (fd !== null) return [{ job: { fd, path, expected, ...(place !== undefined && { place }) }, pending }];
      pending.resolve(UNSTABLE);
    } catch (error) {
      pending.reject(error);
    } finally {
      later?.release();
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
    else pending.reject(outcome === undefined ? new Error('no checksum was returned') : receivedError(outcome.failure));
  }
}
