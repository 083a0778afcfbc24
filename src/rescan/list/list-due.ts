import type { ProblemStore } from '../../shadow/remembered/problem-store.js';
import { timeOfRun } from '../../shadow/remembered/run-marks.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { systemFailure } from '../../util/system-errors/system-error.js';
import { dueFacets } from '../schedule/due.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { RootPlan } from '../plan/plan.js';
import { planRoot } from '../plan/plan.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root, Site } from '../site.js';

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

/** What is due below a root, and what could not be looked at. */
export interface DueRoot extends Pick<RootPlan, 'unreadable' | 'strange'> {
  readonly entries: readonly DueEntry[];
}

/** What the schedule of a root asks for, repo after repo. */
export async function listDue(site: Site, root: Root, problems: ProblemStore, now: Date, signal?: AbortSignal): Promise<DueRoot> {
  const plan = await planRoot(site, root, signal);
  const strange = [...plan.strange];
  const entries = plan.repos.filter(({ error }) => error === null).flatMap((repo) => {
    try {
      return dueOf(site, root, problems, now, repo);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      strange.push({ directory: repo.shadow ?? repo.realdir, error: systemFailure(error) ?? error });
      return [];
    }
  });
  return { entries, unreadable: plan.unreadable, strange };
}

function dueOf(site: Site, root: Root, problems: ProblemStore, now: Date, { realdir, shadow }: PlannedRepo): DueEntry[] {
  const failed = [...problems.of(realdir).values()];
  return dueFacets({ root, timeZone: site.timeZone, problems, now }, { realdir, shadow }).map(({ facet, at }) => ({
    realdir,
    facet,
    lastSuccess: shadow === null ? null : timeOfRun(joinPath(shadow, '.git'), 'success', facet),
    dueAt: new Date(at),
    isRetry: failed.some(({ retryAt }) => retryAt?.getTime() === at),
  }));
}
