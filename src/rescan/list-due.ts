import type { ProblemStore } from '../shadow/problem-store.js';
import { timeOfRun } from '../shadow/run-marks.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { dueFacets } from './due.js';
import { planRoot } from './plan.js';
import type { RescanFacet, Root, Site } from './types.js';

/** When a facet of a repo was done, and will be. */
export interface DueEntry {
  readonly realdir: ByteString;
  readonly facet: RescanFacet;
  /** The last complete run; null if there was none. */
  readonly lastSuccess: Date | null;
  /** Not after now if it is due. */
  readonly dueAt: Date;
  /** It failed, and is not tried again before. */
  readonly isRetry: boolean;
}

/** What the schedule of a root asks for, repo after repo. */
export async function listDue(site: Site, root: Root, problems: ProblemStore, now: Date, signal?: AbortSignal): Promise<readonly DueEntry[]> {
  const { repos } = await planRoot(site, root, signal);
  return repos.flatMap(({ realdir, shadow }) => {
    const failed = problems.of(realdir);
    return dueFacets({ root, timeZone: site.timeZone, problems, now }, { realdir, shadow }).map(({ facet, at }) => ({
      realdir,
      facet,
      lastSuccess: shadow === null ? null : timeOfRun(joinPath(shadow, '.git'), 'success', facet),
      dueAt: new Date(at),
      isRetry: [...failed.values()].some(({ retryAt }) => retryAt?.getTime() === at),
    }));
  });
}
