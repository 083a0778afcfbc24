import { readRef } from '../git/refs.js';
import { HashPool } from '../realdir/hash-pool.js';
import { branchOf, SEEN_REF } from '../shadow/branches.js';
import { retryIfMoved } from '../shadow/retry.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { Transaction } from '../shadow/transaction.js';
import type { FacetListener, FacetResult } from './facet-result.js';
import { FacetTally } from './facet-result.js';
import { observeSha } from './observe-sha.js';
import { seedSeen } from './seed-seen.js';
import type { ShaBudget } from './sha-recorder.js';

/** After this much work what was hashed is recorded, so that an interruption costs no more. */
const STEP_MS = 5 * 60_000;
const STEP_BYTES = 64 * 1024 ** 3;

/** How a `sha` run differs from the usual. */
export interface ShaOptions {
  /** Threads that hash. */
  readonly workers?: number;
  /** Ends the run when this many bytes were hashed, or this many milliseconds have passed. */
  readonly limit?: { readonly bytes?: number; readonly ms?: number };
}

/**
 * Records checksums of a realdir on `master-sha`. Reads only files whose status differs from when
 * they were last hashed. Long runs record in steps; a run that is cancelled records what it has.
 * @throws LockedError if another `sha` runs for longer than the run waits
 */
export async function recordSha(repo: ShadowRepo, options: ShaOptions & RunOptions & FacetListener): Promise<FacetResult> {
  const { signal, workers = 2, limit = {}, ...rest } = options;
  const pool = new HashPool({ workers, ...(signal && { signal }) });
  const tally = new FacetTally(options);
  const end = performance.now() + (limit.ms ?? Number.POSITIVE_INFINITY);
  let commit: FacetResult['commit'] = null;
  try {
    await retryIfMoved(() => seedSeen(repo, tally, rest));
    for (;;) {
      const left = (limit.bytes ?? Number.POSITIVE_INFINITY) - pool.bytesHashed;
      const budget = { bytes: Math.min(STEP_BYTES, left), deadline: Math.min(performance.now() + STEP_MS, end) };
      // The signal ends the observation early, but not the transaction that records it.
      const step = await retryIfMoved(() => recordStep(repo, pool, budget, tally, rest, signal));
      commit = step.commit ?? commit;
      tally.bytes = pool.bytesHashed;
      signal?.throwIfAborted();
      const isSpent = performance.now() >= end || pool.bytesHashed >= (limit.bytes ?? Number.POSITIVE_INFINITY);
      if (step.complete || isSpent) return tally.result(commit, step.complete);
    }
  } finally {
    await pool.close();
  }
}

async function recordStep(
  repo: ShadowRepo,
  pool: HashPool,
  budget: ShaBudget,
  tally: FacetTally,
  options: RunOptions,
  signal: AbortSignal | undefined,
): Promise<Pick<FacetResult, 'commit' | 'complete'>> {
  const transaction = new Transaction(repo, branchOf('sha'), 'sha', options);
  try {
    await transaction.lock();
    const { base, reader } = transaction;
    const before = readRef(repo.gitDir, SEEN_REF);
    const { tree, seen, complete } = await observeSha({
      realdir: repo.realdir,
      reader,
      tree: base.tree,
      seen: before,
      sink: transaction,
      pool,
      events: tally,
      budget,
      signal,
    });
    const move = { ref: SEEN_REF, expected: before, next: seen };
    const moves = seen === before ? [] : [move];
    if (tree !== base.tree) return { commit: await transaction.commit(tree, 'sha', [], moves), complete };
    if (moves.length > 0) await transaction.moveOnly(moves, 'sha');
    return { commit: null, complete };
  } finally {
    transaction.close();
  }
}
