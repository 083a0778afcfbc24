import { DEFAULTS } from '../../defaults.js';
import { readRef } from '../../git/refs/refs.js';
import { isReadOnlyFailure } from '../../storage/write-failure.js';
import { HashPool } from '../../realdir/hash/hash-pool.js';
import { HASHED_REF } from '../../shadow/facets.js';
import { rememberIdentity } from '../../shadow/layout/realdir-identity.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import type { LimitOptions } from '../run-limits.js';
import { LIMITS_BY_HAND } from '../run-limits.js';
import { MountPoints } from '../observe/mount-points.js';
import { observeSha } from './observe-sha.js';
import { seedHashed } from './seed-hashed.js';
import type { ShaBudget } from './sha-recorder.js';
import { ShaSteps } from './sha-steps.js';
import { ShaWatch } from './sha-watch.js';
import { readVerifyState } from '../verify/verify-state.js';
import { recordRewritten } from '../verify/record-rewritten.js';
import { commitObserved, comparedBy, recordRun } from '../record-run.js';
import type { RecordRun } from '../record-run.js';

/** After this much work what was hashed is recorded, so that an interruption costs no more. */
const STEP = { ms: 5 * 60_000, bytes: 64 * 1024 ** 3 };

/** How often to tell how far the reading is. */
const TELL_MS = 500;

/** How a `sha` run differs from the usual. */
export interface ShaOptions {
  /** Threads that hash. */
  readonly workers?: number;
  /** Ends the run when this many bytes were hashed, or this many milliseconds have passed. */
  readonly limit?: { readonly bytes?: number; readonly ms?: number };
  /** Records what was hashed after this many bytes or milliseconds, and goes on; 64 GiB or five minutes if it is not given. */
  readonly step?: { readonly bytes?: number; readonly ms?: number };
}

/**
 * Records checksums of a realdir on `master-sha`. Reads only files whose status differs from when
 * they were last hashed. Long runs record in steps; a run that is cancelled records what it has.
 * @throws LockedError if another `sha` runs for longer than the run waits
 */
export async function recordSha(repo: ShadowRepo, options: ShaOptions & RunOptions & LimitOptions & FacetListener): Promise<FacetResult> {
  const { signal, workers = DEFAULTS.hashWorkers, limit = {}, step = {}, ...rest } = options;
  const pool = new HashPool({ workers, ...(signal && { signal }) });
  const most = { bytes: limit.bytes ?? Number.POSITIVE_INFINITY, end: performance.now() + (limit.ms ?? Number.POSITIVE_INFINITY) };
  const steps = new ShaSteps(options);
  const watch = new ShaWatch();
  const ticker = setInterval(() => steps.onReading(pool.reading), TELL_MS).unref();
  try {
    await seedHashed(repo, steps, rest);
    for (;;) {
      const bytes = Math.min(step.bytes ?? STEP.bytes, most.bytes - pool.bytesHashed);
      const budget = { bytes, deadline: Math.min(performance.now() + (step.ms ?? STEP.ms), most.end) };
      // The signal ends the observation early, but not the transaction that records it.
      const result = await recordRun(repo, 'sha', rest, ({ transaction, tally }) => {
        steps.begin(tally);
        return recordStep(repo, pool, budget, { transaction, tally }, watch, rest, signal);
      });
      steps.add(result);
      signal?.throwIfAborted();
      const isSpent = performance.now() >= most.end || pool.bytesHashed >= most.bytes;
      if (!result.complete && !isSpent) continue;
      rememberIdentity(repo);
      return { ...steps.result(), bytes: pool.bytesHashed };
    }
  } finally {
    clearInterval(ticker);
    await pool.close();
  }
}

/** From the start, so that nobody else hashes the same. Where nothing can be written, what is known already needs no lock. */
async function lockIfWritable(transaction: Transaction): Promise<void> {
  try {
    await transaction.lock();
  } catch (error) {
    if (!isReadOnlyFailure(error)) throw error;
  }
}

async function recordStep(
  repo: ShadowRepo,
  pool: HashPool,
  budget: ShaBudget,
  { transaction, tally }: RecordRun,
  watch: ShaWatch,
  options: RunOptions & LimitOptions,
  signal: AbortSignal | undefined,
): Promise<FacetResult> {
  await lockIfWritable(transaction);
  const { reader } = transaction;
  const before = readRef(repo.gitDir, HASHED_REF);
  const mounts = MountPoints.of(repo, reader, options);
  const { findings } = readVerifyState(repo, reader);
  watch.begin(findings);
  const { tree, hashed, complete } = await observeSha({
    ...comparedBy(repo, transaction),
    hashed: before,
    sink: transaction,
    pool,
    events: tally,
    mounts,
    limits: options.limits ?? LIMITS_BY_HAND,
    // Where nothing was hashed before, and nothing is wrong, all that is read is new.
    ...((before !== null || findings.size > 0) && { watch }),
    budget,
    signal,
  });
  if (complete) mounts.report(tally);
  await recordRewritten(repo, transaction, watch, tally, options);
  const followers = hashed === before ? [] : [{ ref: HASHED_REF, expected: before, next: hashed }];
  return tally.result(await commitObserved(transaction, 'sha', { tree, mounts, followers }), complete);
}
