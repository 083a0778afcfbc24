import { DEFAULTS } from '../../defaults.js';
import type { FacetResult } from '../../facets/facet-result.js';
import { FacetTally } from '../../facets/facet-result.js';
import { keepsRecords } from '../../facets/keeps-records.js';
import type { KnownSums } from '../../facets/stat/record-stat.js';
import type { HeldRealdir } from '../../realdir/reach/held-realdir.js';
import { reachRealdir } from '../../realdir/reach/reach.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { markRun } from '../../shadow/remembered/run-marks.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { linkSignals } from '../../util/async/linked-signal.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import type { Alarm } from '../alarm/alarm.js';
import { AlarmWatch } from '../alarm/alarm-watch.js';
import type { Recorded } from '../hooks/change-hook.js';
import { beginHook, deliver, hookPart, isAllTold } from '../hooks/change-hook.js';
import { isSumsDue } from '../schedule/due.js';
import { runLimitsOf } from '../guard/limits.js';
import { recordFacet } from './record-facet.js';
import type { RepoProblems } from './repo-problems.js';
import type { ReadAllowances } from '../guard/read-allowance.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root } from '../site.js';

/** A facet of a repo that is to be updated. */
export interface FacetRun {
  readonly root: Root;
  readonly repo: ShadowRepo;
  /** The realdir, if it was reached just now. */
  readonly held: HeldRealdir | null;
  readonly facet: RescanFacet;
  readonly allowances: ReadAllowances;
  readonly problems: RepoProblems;
  /** Sums over directories below the realdir that are known already. */
  readonly known: KnownSums;
  /** Throws if what was seen must not be recorded. */
  beforeCommit(): void;
}

/** What is to be told beside the result. */
interface FoundByRun {
  readonly hookErrors: Error[];
  readonly alarms: Alarm[];
}

/**
 * Updates a facet, remembers how that ended, and tells the hooks of the root.
 * @returns null if the run was stopped before it was done; what it has found until then is recorded
 */
export async function runFacet(context: RescanContext, run: FacetRun, { hookErrors, alarms }: FoundByRun): Promise<FacetResult | null> {
  const { root, repo, facet } = run;
  const facets = facet === 'sha' ? ([facet, 'verify'] as const) : [facet];
  const head = root.onChange.length === 0 ? null : repo.head(facet);
  for (const hook of context.isReadOnly ? [] : root.onChange) for (const each of facets) beginHook(repo, each, hook);
  const result = await recordHeld(context, run);
  const before = head === null ? null : oidToHex(head);
  const watch = new AlarmWatch(run, context.options.signal);
  const alarm = await watch.look(result?.commit ?? null);
  if (alarm !== null) alarms.push(alarm);
  for (const hook of root.onChange) {
    const part = hookPart(hook);
    if (run.problems.mustWait(part)) continue;
    try {
      const { env, signal } = context.options;
      // Also `sha` makes findings.
      for (const each of facets) {
        const recorded: Recorded =
          each === facet
            ? { before, result, alarmOf: (old, now) => watch.between(old, now) }
            : { before: null, result: null, alarmOf: async () => null };
        await deliver(repo, each, hook, recorded, { env, ...(signal && { signal }) });
      }
      // What was told is read only where something has failed.
      if (run.problems.has(part) && isAllTold(repo, root.facets, hook)) run.problems.solved(part);
    } catch (error) {
      context.options.signal?.throwIfAborted();
      run.problems.failed(part, error);
      hookErrors.push(asError(error));
    }
  }
  return result;
}

/**
 * Reaches the realdir once for all that the facet asks about it. What cannot be reached is asked for again, so that whoever reads it says
 * why.
 */
async function recordHeld(context: RescanContext, run: FacetRun): Promise<FacetResult | null> {
  const { repo, held } = run;
  if (held !== null) return record(context, { ...run, repo: repo.holding(held) });
  const own = reachRealdir(repo.realdir, repo.bounds);
  if (own === null) return record(context, run);
  try {
    return await record(context, { ...run, repo: repo.holding(own) });
  } finally {
    own.release();
  }
}

async function record(context: RescanContext, run: FacetRun): Promise<FacetResult | null> {
  const { root, repo, facet, allowances, known, beforeCommit } = run;
  const allowance = allowances.of(facet);
  const { realdir } = repo;
  const { site, options, stop, emit, clock } = context;
  // What was read is recorded in any case, so that nothing is lost if that ends early; others are quick enough to wait for.
  const { signal, unlink } = linkSignals([options.signal, allowance === null ? undefined : stop]);
  emit({ type: 'facet-start', realdir, facet });
  const started = performance.now();
  try {
    const result = keepsRecords(repo) ? new FacetTally().result(null) : await recordFacet(repo, facet, {
      ...options,
      // Repos at the same time and threads of each are no more than one repo alone would have.
      threads: Math.max(1, Math.floor(DEFAULTS.threads / site.jobs)),
      summaries: isSumsDue(root, repo, clock.now(), site.timeZone) ? 'all' : 'visited',
      known,
      now: () => clock.now(),
      signal,
      beforeCommit,
      limit: allowance?.slice() ?? {},
      limits: runLimitsOf(root.limits),
      onProgress: (visited, bytes, directory, reading) => emit({ type: 'progress', realdir, facet, visited, bytes, directory, reading }),
    });
    const ms = performance.now() - started;
    allowance?.spend(result.bytes, ms);
    const seconds = allowance?.seconds ?? ms / 1000;
    if (context.isReadOnly) return result;
    if (result.complete) markRun(repo.gitDir, 'success', facet, { at: clock.now(), seconds, visited: result.visited });
    else if (allowance?.isSpent !== false) markRun(repo.gitDir, 'partial', facet, { at: clock.now(), seconds, visited: result.visited });
    return result;
  } catch (error) {
    if (stop?.aborted === true && options.signal?.aborted !== true && signal.aborted) return null;
    throw error;
  } finally {
    unlink();
  }
}
