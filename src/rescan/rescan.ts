import { chooseRepos, rootsOfPlaces } from './plan/chosen-repos.js';
import { closeSite } from './guard/close-site.js';
import type { RescanContext } from './context.js';
import type { RescanEvent, RescanSummary } from './events.js';
import type { LockHandle } from '../shadow/lock/lock.js';
import type { ManyReposOptions } from './open-context.js';
import { openContext } from './open-context.js';
import { lastVisited } from './plan/last-visited.js';
import { NewRepos } from './guard/limits.js';
import { nestedFirst } from './plan/nested-first.js';
import { planRoot } from './plan/plan.js';
import { forEachNestedFirst } from './schedule/pool.js';
import { reportOfBug } from './run/repo-problems.js';
import { rescanRepo } from './run/rescan-repo.js';
import { RootError } from './guard/root-error.js';
import { guardRoot } from './guard/root-guard.js';
import { requirePlaceOf } from './guard/root-places.js';
import { forgetOthers, rootFailed, rootSolved, tellPostponed } from './run/root-problems.js';
import { ReadAllowances } from './guard/read-allowance.js';
import { RescanTally } from './metrics/tally.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { RescanFacet } from '../shadow/facets.js';
import type { Root, Site } from './site.js';

/** How to rescan. */
export interface RescanOptions {
  /** Null: those of each root. */
  readonly facets: readonly RescanFacet[] | null;
  /** Absolute paths in realdirs or of shadow repos: only the repos that these are in. Null: all. */
  readonly places: readonly ByteString[] | null;
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
  const placesOf = options.places === null ? null : rootsOfPlaces(site, options.places);
  const { context, writeMetrics, keepIndex } = openContext(site, options, (event) => {
    tally.add(event);
    onEvent(event);
  });
  if (!options.dryRun) await closeSite(context);
  for (const root of placesOf?.keys() ?? site.roots) {
    if (isAborted() || stop?.aborted === true) break;
    try {
      await rescanRoot(context, root, { ...options, places: placesOf?.get(root) ?? null });
    } catch (error) {
      if (!isAborted()) rootFailed(context, root, error, options.dryRun);
    }
  }
  if (!options.dryRun && !isAborted()) {
    await keepIndex(site);
    writeMetrics(site);
  }
  return tally.summary();
}

function inNoRepo(place: ByteString): FsoError {
  return new FsoError(`${textOfBytes(place)}: is in no repo`, { remedy: 'see git-fso list' });
}

/** Whoever asks for a rescan gets one, even if another one is going on: the locks of the facets keep them apart. */
async function claimNothing(): Promise<LockHandle> {
  return { release: () => undefined };
}

async function rescanRoot(context: RescanContext, root: Root, options: RescanOptions & ManyReposOptions): Promise<void> {
  const { site, emit, stop, clock } = context;
  const { dryRun, init, jobs, facets, acceptEmpty, signal, places } = options;
  requirePlaceOf(site, root);
  const guard = guardRoot(site.location, root.path, acceptEmpty);
  const plan = await planRoot(site, root, signal);
  for (const { path, error } of plan.unreadable) emit({ type: 'unreadable', root: root.path, path, error });
  for (const { directory, error } of plan.strange) emit({ type: 'strange', root: root.path, directory, error });
  const chosen = places === null ? { repos: plan.repos, unknown: [] } : chooseRepos(plan.repos, places);
  for (const place of chosen.unknown) emit({ type: 'strange', root: root.path, directory: place, error: inNoRepo(place) });
  const repos = init ? chosen.repos : chosen.repos.filter(({ shadow }) => shadow !== null);
  const wanted = facets ?? root.facets;
  const sums = { since: clock.now(), countsAsNow: true };
  const newRepos = new NewRepos(root.limits.newRepos);
  const work = {
    newRepos,
    root,
    guard,
    dryRun,
    sums,
    facetsOf: () => wanted,
    claim: claimNothing,
    isOverdue: () => false,
    isScheduled: false,
  };
  emit({ type: 'root', root: root.path, repos: repos.length, lastVisited: () => lastVisited(repos, wanted) });
  await forEachNestedFirst(
    nestedFirst(repos),
    jobs,
    async ({ planned, nested }) => {
      if (signal?.aborted === true) return;
      const allowances = new ReadAllowances(root, null);
      const report = await rescanRepo(context, { ...work, planned, nested, allowances }).catch((error: unknown) => {
        if (error instanceof RootError || signal?.aborted === true) throw error;
        return reportOfBug(context, planned, error, dryRun);
      });
      if (report !== null) emit({ type: 'repo', root: root.path, report });
    },
    stop,
  );
  if (signal?.aborted !== true) tellPostponed(context, root, newRepos, !dryRun && places === null);
  if (dryRun || signal?.aborted === true) return;
  guard.remember();
  rootSolved(context, root);
  forgetOthers(context, root, plan);
}
