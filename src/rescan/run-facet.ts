import type { FacetResult } from '../facets/facet-result.js';
import { oidToHex } from '../git/object-id.js';
import { markRun } from '../shadow/run-marks.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { linkSignals } from '../util/linked-signal.js';
import type { RescanContext } from './context.js';
import { asError } from './context.js';
import { beginHook, deliver, hookPart } from './hooks.js';
import { recordFacet } from './record-facet.js';
import type { RepoProblems } from './repo-problems.js';
import type { ShaAllowance } from './sha-allowance.js';
import type { RescanFacet, Root } from './types.js';

/** A facet of a repo that is to be updated. */
export interface FacetRun {
  readonly root: Root;
  readonly repo: ShadowRepo;
  readonly facet: RescanFacet;
  readonly allowance: ShaAllowance;
  readonly problems: RepoProblems;
  /** Throws if what was seen must not be recorded. */
  beforeCommit(): void;
}

/**
 * Updates a facet, remembers how that ended, and tells the hooks of the root.
 * @returns null if the run was stopped before it was done; what it has found until then is recorded
 */
export async function runFacet(context: RescanContext, run: FacetRun, hookErrors: Error[]): Promise<FacetResult | null> {
  const { root, repo, facet } = run;
  const head = repo.head(facet);
  for (const hook of root.onChange) beginHook(repo, facet, hook);
  const result = await record(context, run);
  const before = head === null ? null : oidToHex(head);
  for (const hook of root.onChange) {
    const part = hookPart(hook);
    if (run.problems.mustWait(part)) continue;
    try {
      const { env, signal } = context.options;
      await deliver(repo, facet, hook, before, result, { env, ...(signal && { signal }) });
      run.problems.solved(part);
    } catch (error) {
      context.options.signal?.throwIfAborted();
      run.problems.failed(part, error);
      hookErrors.push(asError(error));
    }
  }
  return result;
}

async function record(context: RescanContext, run: FacetRun): Promise<FacetResult | null> {
  const { repo, facet, allowance, beforeCommit } = run;
  const { realdir } = repo;
  const { options, stop, emit, clock } = context;
  // What is hashed is recorded in any case, so that nothing is lost if that ends early; others are quick enough to wait for.
  const { signal, unlink } = linkSignals([options.signal, facet === 'sha' ? stop : undefined]);
  emit({ type: 'facet-start', realdir, facet });
  const started = performance.now();
  try {
    const result = await recordFacet(repo, facet, {
      ...options,
      signal,
      beforeCommit,
      limit: allowance.slice(),
      onProgress: (visited, bytes, directory) => emit({ type: 'progress', realdir, facet, visited, bytes, directory }),
    });
    const ms = performance.now() - started;
    if (facet === 'sha') allowance.spend(result.bytes, ms);
    const seconds = facet === 'sha' ? allowance.seconds : ms / 1000;
    if (result.complete) markRun(repo.gitDir, 'success', facet, { at: clock.now(), seconds, visited: result.visited });
    else if (allowance.isSpent) markRun(repo.gitDir, 'partial', facet, { at: clock.now(), seconds, visited: result.visited });
    return result;
  } catch (error) {
    if (stop?.aborted === true && options.signal?.aborted !== true && signal.aborted) return null;
    throw error;
  } finally {
    unlink();
  }
}
