import type { RunOptions } from '../shadow/run-options.js';
import type { RescanEvent, RescanSummary } from './events.js';
import { planRoot } from './plan.js';
import { forEachLimited } from './pool.js';
import type { RescanMode } from './rescan-repo.js';
import { rescanRepo } from './rescan-repo.js';
import { guardRoot } from './root-guard.js';
import { RescanTally } from './tally.js';
import type { Root, Site } from './types.js';

/** How to rescan. */
export interface RescanOptions extends RescanMode {
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
  options: RescanOptions & RunOptions,
  onEvent: (event: RescanEvent) => void,
): Promise<RescanSummary> {
  const tally = new RescanTally();
  const emit = (event: RescanEvent): void => {
    tally.add(event);
    onEvent(event);
  };
  for (const root of site.roots) {
    if (options.signal?.aborted === true) break;
    try {
      await rescanRoot(site, root, options, emit);
    } catch (error) {
      emit({ type: 'root-error', root: root.path, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return tally.summary();
}

async function rescanRoot(
  site: Site,
  root: Root,
  options: RescanOptions & RunOptions,
  emit: (event: RescanEvent) => void,
): Promise<void> {
  const remember = guardRoot(site.location, root.path, options.acceptEmpty);
  const plan = await planRoot(site, root, options.signal);
  for (const { path, error } of plan.unreadable) emit({ type: 'unreadable', root: root.path, path, error });
  const repos = options.init ? plan.repos : plan.repos.filter(({ shadow }) => shadow !== null);
  emit({ type: 'root', root: root.path, repos: repos.length });
  await forEachLimited(
    repos,
    options.jobs,
    async (planned) => {
      emit({ type: 'repo', report: await rescanRepo(site, root, planned, options, options, emit) });
    },
    options.signal,
  );
  if (!options.dryRun) remember();
}
