import type { ByteString } from '../util/byte-string.js';
import { isAtOrBelow } from '../shadow/locate.js';
import type { RescanContext } from './context.js';
import { asError } from './context.js';
import type { Standing } from './events.js';
import type { RootPlan } from './plan.js';
import type { Root } from './types.js';

/** The part that has a problem when a root is not what it was. */
export const ROOT_PART = 'root';

/** Looking whether a root is there again is cheap, and what is below it has waited long enough. */
const LONGEST_DELAY_MS = 5 * 60_000;

/** Tells that a root failed, and remembers it. */
export function rootFailed({ problems, clock, emit }: RescanContext, root: Root, thrown: unknown, dryRun = false): void {
  const error = asError(thrown);
  if (!dryRun) problems.add(root.path, ROOT_PART, error, clock.now(), LONGEST_DELAY_MS);
  emit({ type: 'root-error', root: root.path, error });
}

/** Forgets that a root failed. */
export function rootSolved({ problems }: RescanContext, root: Root): void {
  problems.clear(root.path, ROOT_PART);
}

/** Forgets problems of directories below a root that are no repos any more. */
export function forgetOthers({ problems }: RescanContext, root: Root, plan: RootPlan): void {
  if (plan.unreadable.length > 0) return;
  const planned = new Set(plan.repos.map(({ realdir }) => realdir));
  for (const { path, part } of problems.list()) {
    if (part !== ROOT_PART && isAtOrBelow(path, root.path) && !planned.has(path)) problems.clear(path, part);
  }
}

/** The problems at or below these roots that no run has solved yet; null if there are none. */
export function standingProblems({ problems }: Pick<RescanContext, 'problems'>, roots: readonly Root[]): Standing | null {
  const isOfRoots = (path: ByteString): boolean => roots.some((root) => isAtOrBelow(path, root.path));
  const standing = problems.list().filter(({ path }) => isOfRoots(path));
  if (standing.length === 0) return null;
  const oldest = standing.reduce((a, b) => (a.since <= b.since ? a : b));
  return { count: new Set(standing.map(({ path }) => path)).size, since: oldest.since };
}
