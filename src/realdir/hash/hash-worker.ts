import { parentPort, workerData } from 'node:worker_threads';
import type { HashJob } from './hash-batch.js';
import { hashBatch } from './hash-batch.js';
import { HashControl } from './hash-control.js';

// The thread that a `HashPool` starts: batches in, outcomes out, in the same order.
const control = new HashControl(workerData as SharedArrayBuffer);

parentPort?.on('message', (jobs: readonly HashJob[]) => {
  const outcomes = hashBatch(jobs, { signal: control, onBytes: control.onBytes });
  parentPort?.postMessage(outcomes);
});
