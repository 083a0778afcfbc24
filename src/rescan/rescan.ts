import type { RescanContext } from './context.js';
import type { RescanEvent, RescanSummary } from './events.js';
import type { LockHandle } from '../shadow/lock.js';
import type { ManyReposOptions } from './open-context.js';
import { openContext } from './open-context.js';
import { lastVisited } from './last-visited.js';
import { planRoot } from './plan.js';
import { forEachLimited } from './pool.js';
import { rescanRepo } from './rescan-repo.js';
import { guardRoot } from './root-guard.js';
import { forgetOthers, rootFailed, rootSolved } from './root-problems.js';
import { ShaAllowance } from './sha-allowance.js';
import { RescanTally } from './tally.js';
import type { RescanFacet, Root, Site } from './types.js';

/** How to rescan. */
export interface RescanOptions {
  /** Null: those of each root. */
  readonly facets: readonly RescanFacet[] | null;
  /** Says what would be created; writes nothing. */
  readonly dryRun: boolean;
  /** Creates shadow repos that are missing. */
  readonly init: boolean;
  /** Repos that are worked on at the same time. */
  readonly jobs: number;
  /** Records roots as they are, although they look as if they were not mounted. */
  readonly acceptEmpty: boolean;
}

/**
 * The main job: discovers the repos of each root, creates missing shadow repos, and updates facets.
 * What fails for one repo or root is told by an event and does not stop the others.
 */
export async function rescan(
  site: Site,
  options: RescanOptions & ManyReposOptions,
  onEvent: (event: RescanEvent) => void,
): Promise<RescanSummary> {
  const tally = new RescanTally();
  const { stop } = options;
  const isAborted = (): boolean => options.signal?.aborted === true;
  const { context, writeMetrics } = openContext(site, options, (event) => {
    tally.add(event);
    onEvent(event);
  });
  for (const root of site.roots) {
    if (isAborted() || stop?.aborted === true) break;
    try {
      await rescanRoot(context, root, options);
    } catch (error) {
      if (!isAborted()) rootFailed(context, root, error, options.dryRun);
    }
  }
  if (!options.dryRun && !isAborted()) writeMetrics(site);
  return tally.summary();
}

/** Whoever asks for a rescan gets one, even if another one is going on: the locks of the facets keep them apart. */
async function claimNothing(): Promise<LockHandle> {
  return { release: () => undefined };
}

async function rescanRoot(context: RescanContext, root: Root, options: RescanOptions & ManyReposOptions): Promise<void> {
  const { site, emit, stop } = context;
  const { dryRun, init, jobs, facets, acceptEmpty, signal } = options;
  const guard = guardRoot(site.location, root.path, acceptEmpty);
  const plan = await planRoot(site, root, signal);
  for (const { path, error } of plan.unreadable) emit({ type: 'unreadable', root: root.path, path, error });
  const repos = init ? plan.repos : plan.repos.filter(({ shadow }) => shadow !== null);
  const wanted = facets ?? root.facets;
  const work = { root, guard, dryRun, facetsOf: () => wanted, claim: claimNothing, isScheduled: false };
  emit({ type: 'root', root: root.path, repos: repos.length, lastVisited: () => lastVisited(repos, wanted) });
  await forEachLimited(
    repos,
    jobs,
    async (planned) => {
      if (signal?.aborted === true) return;
      const allowance = new ShaAllowance(root.shaLimit, null);
      const report = await rescanRepo(context, { ...work, planned, allowance });
      if (report !== null) emit({ type: 'repo', root: root.path, report });
    },
    stop,
  );
  if (dryRun || signal?.aborted === true) return;
  guard.remember();
  rootSolved(context, root);
  forgetOthers(context, root, plan);
}
