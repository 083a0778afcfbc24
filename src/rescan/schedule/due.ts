import { statSync } from 'node:fs';
import type { ProblemPart, ProblemStore, StoredProblem } from '../../shadow/remembered/problem-store.js';
import { timeOfRun } from '../../shadow/remembered/run-marks.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { readSumTimes } from '../../shadow/remembered/sums-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import { REPO_PART } from '../run/repo-problems.js';
import { nextDue } from './schedule.js';
import { shortestInterval } from './schedule-interval.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root } from '../site.js';

/** When a facet of a repo is due. */
export interface DueFacet {
  readonly facet: RescanFacet;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What tells when facets are due. */
export interface DueContext {
  readonly root: Root;
  readonly timeZone: string | null;
  readonly problems: ProblemStore;
  readonly now: Date;
}

/**
 * When the scheduled facets of a repo are due: as their schedules say, counted from the last run
 * that was complete or has used up its limit, and not before what failed may be tried again.
 */
export function dueFacets(context: DueContext, { realdir, shadow }: Pick<PlannedRepo, 'realdir' | 'shadow'>): DueFacet[] {
  const { root, now } = context;
  const problems = context.problems.of(realdir);
  return root.facets.flatMap((facet) => {
    const schedule = root.schedule.get(facet);
    if (schedule === undefined) return [];
    const options = { timeZone: context.timeZone, jitterSeconds: root.jitterSeconds, jitterKey: realdir };
    const due = nextDue(schedule, shadow === null ? null : lastRun(joinPath(shadow, '.git'), facet), now, options);
    return [{ facet, at: Math.max(due.getTime(), retryTime(problems, REPO_PART), retryTime(problems, facet)) }];
  });
}

/** True if the sums of a repo are to be renewed that need a walk of their own. */
export function isSumsDue(
  { summaries, jitterSeconds }: Root,
  { realdir, gitDir }: ShadowRepo,
  now: Date,
  timeZone: string | null,
): boolean {
  return summaries === null || nextDue(summaries, readSumTimes(gitDir).allAt, now, { timeZone, jitterSeconds, jitterKey: realdir }) <= now;
}

/**
 * True if a facet has been due for longer than its schedule has it wait from one time to the next; where there was no
 * run yet, counted from when the shadow repo was made.
 */
export function isOverdue({ root, timeZone, now }: DueContext, realdir: ByteString, shadow: ByteString): boolean {
  const gitDir = joinPath(shadow, '.git');
  return root.facets.some((facet) => {
    const schedule = root.schedule.get(facet);
    if (schedule === undefined) return false;
    const last = lastRun(gitDir, facet) ?? madeAt(gitDir);
    const due = nextDue(schedule, last, now, { timeZone, jitterSeconds: root.jitterSeconds, jitterKey: realdir });
    return now.getTime() - due.getTime() > shortestInterval(schedule, now, timeZone);
  });
}

function madeAt(gitDir: ByteString): Date | null {
  return statSync(fsPath(joinPath(gitDir, 'fso/uuid')), { throwIfNoEntry: false })?.mtime ?? null;
}

/** When the repos of a root are to be looked for again, if they were last at a time: as often as the most frequent facet. */
export function nextDiscovery({ root, timeZone, now }: DueContext): number {
  const times = [...root.schedule.values()].map((schedule) => nextDue(schedule, now, now, { timeZone }).getTime());
  return Math.min(...times, Number.POSITIVE_INFINITY);
}

function lastRun(gitDir: ByteString, facet: RescanFacet): Date | null {
  const success = timeOfRun(gitDir, 'success', facet);
  const partial = timeOfRun(gitDir, 'partial', facet);
  if (success === null || partial === null) return success ?? partial;
  return success > partial ? success : partial;
}

function retryTime(problems: ReadonlyMap<ProblemPart, StoredProblem>, part: ProblemPart): number {
  return problems.get(part)?.retryAt?.getTime() ?? 0;
}
