import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { ProblemStore, StoredProblem } from '../../shadow/remembered/problem-store.js';
import { FsoError } from '../../util/errors.js';
import { ToldStore } from '../../shadow/remembered/told-store.js';
import type { NewRepos } from '../guard/limits.js';
import { limitPart } from '../guard/limits.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import type { Standing } from '../events.js';
import type { RootPlan } from '../plan/plan.js';
import { PlaceError } from '../guard/root-places.js';
import type { Root } from '../site.js';

/** The part that has a problem when a root is not what it was. */
export const ROOT_PART = 'root';

/** Looking whether a root is there again is cheap, and what is below it has waited long enough. */
const LONGEST_DELAY_MS = 5 * 60_000;

/** Tells that a root failed, and remembers it. */
export function rootFailed({ problems, clock, emit }: RescanContext, root: Root, thrown: unknown, dryRun = false): void {
  const error = asError(thrown);
  // Problems are kept in the shadow root, which may be in somebody's directory then.
  if (!dryRun && !(error instanceof PlaceError)) problems.add(root.path, ROOT_PART, error, clock.now(), LONGEST_DELAY_MS);
  emit({ type: 'root-error', root: root.path, error });
}

/**
 * Tells how many directories have no shadow repo because of a limit. @param remembers whether all of the root was looked at, so that it is
 * worth remembering
 */
export function tellPostponed({ site, emit }: RescanContext, root: Root, { left, most }: NewRepos, remembers = true): void {
  if (left > 0) emit({ type: 'postponed', root: root.path, repos: left, most });
  const texts = left === 0 ? [] : [`limits.newRepos: ${left} directories have no shadow repo yet, because one run creates ${most} at most`];
  if (remembers) new ToldStore(site.location.root).set(root.path, limitPart('root'), texts);
}

/** Forgets that a root failed. */
export function rootSolved({ problems }: RescanContext, root: Root): void {
  problems.clear(root.path, ROOT_PART);
}

/** Forgets problems of directories below a root that are no repos any more. */
export function forgetOthers({ problems }: RescanContext, root: Root, plan: RootPlan): void {
  if (plan.unreadable.length > 0 || plan.strange.length > 0) return;
  const planned = new Set(plan.repos.map(({ realdir }) => realdir));
  for (const { path, part } of problems.list()) {
    if (part !== ROOT_PART && isAtOrBelow(path, root.path) && !planned.has(path)) problems.clear(path, part);
  }
}

/** The problems at or below these roots that no run has solved yet; null if there are none, or none that this user may read. */
export function standingProblems({ problems }: Pick<RescanContext, 'problems'>, roots: readonly Root[]): Standing | null {
  const isOfRoots = (path: ByteString): boolean => roots.some((root) => isAtOrBelow(path, root.path));
  const standing = readable(problems).filter(({ path }) => isOfRoots(path));
  if (standing.length === 0) return null;
  const oldest = standing.reduce((a, b) => (a.since <= b.since ? a : b));
  return { count: new Set(standing.map(({ path }) => path)).size, since: oldest.since };
}

/** Who may not read them has other errors already. */
function readable(problems: ProblemStore): readonly StoredProblem[] {
  try {
    return problems.list();
  } catch (error) {
    if (error instanceof FsoError) return [];
    throw error;
  }
}
