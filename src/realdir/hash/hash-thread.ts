import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { builtProgram } from '../../util/threads/built-program.js';
import type { HashJob, HashOutcome } from './hash-batch.js';
import { failureOf } from './hash-batch.js';
import type { HashControl } from './hash-control.js';
import type { HashResult } from './hash-file.js';
import { hashInPieces } from './hash-file.js';

/** Something that hashes batches, one after the other. */
export interface HashThread {
  /** Rejects if the thread has died; an error with one file is part of the outcomes. */
  run(jobs: readonly HashJob[]): Promise<readonly HashOutcome[]>;
  close(): Promise<void>;
}

/** How much the main thread hashes before other work has its turn, in bytes: a few milliseconds. */
const TURN_BYTES = 4 << 20;

/** Hashes in the main thread, in turns with everything else that runs there. */
export class LocalHashThread implements HashThread {
  private sinceTurn = 0;

  constructor(private readonly control: HashControl) {}

  async run(jobs: readonly HashJob[]): Promise<HashOutcome[]> {
    const outcomes: HashOutcome[] = [];
    for (const job of jobs) {
      try {
        outcomes.push({ result: await this.hash(job) });
      } catch (error) {
        outcomes.push(failureOf(error, job.path));
      }
    }
    return outcomes;
  }

  async close(): Promise<void> {
    // Nothing was started.
  }

  private async hash({ fd, expected }: HashJob): Promise<HashResult> {
    const pieces = hashInPieces(fd, expected);
    for (;;) {
      if (this.control.aborted) throw new DOMException('hashing was cancelled', 'AbortError');
      const { done, value } = pieces.next();
      if (done === true) return value;
      this.control.onBytes(value);
      this.sinceTurn += value;
      if (this.sinceTurn < TURN_BYTES) continue;
      this.sinceTurn = 0;
      await setImmediate();
    }
  }
}

interface Waiting {
  resolve(outcomes: readonly HashOutcome[]): void;
  reject(error: unknown): void;
}

/** Hashes in a worker thread, which does not keep the process alive while it has nothing to do. */
export class WorkerHashThread implements HashThread {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private death: Error | null = null;

  constructor(file: URL, control: HashControl) {
    this.worker = new Worker(file, { workerData: control.memory, execArgv: [], name: 'git-fso hash' });
    this.worker.on('message', (outcomes: readonly HashOutcome[]) => {
      this.waiting.shift()?.resolve(outcomes);
      if (this.waiting.length === 0) this.worker.unref();
    });
    this.worker.on('error', (error) => this.die(error));
    this.worker.on('exit', (code) => this.die(new Error(`a hashing thread ended with status ${code}`)));
  }

  run(jobs: readonly HashJob[]): Promise<readonly HashOutcome[]> {
    if (this.death !== null) return Promise.reject(this.death);
    this.worker.ref();
    this.worker.postMessage(jobs);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private die(error: Error): void {
    this.death ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.death);
  }
}

/** The program of the worker threads; null where it was not built, as when the sources are run directly. */
export function hashWorkerFile(): URL | null {
  return builtProgram(new URL('./hash-worker.js', import.meta.url));
}
