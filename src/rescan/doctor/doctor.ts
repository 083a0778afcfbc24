import { ProblemStore } from '../../shadow/problem-store.js';
import { isAtOrBelow } from '../../shadow/locate.js';
import { textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time.js';
import { asError } from '../context.js';
import type { RootPlan } from '../plan.js';
import { planRoot } from '../plan.js';
import { guardRoot } from '../root-guard.js';
import { ROOT_PART } from '../root-problems.js';
import type { Root, Site } from '../types.js';
import { checkPlaces } from './check-places.js';
import { checkRepo, checkStrays } from './check-repos.js';
import { checkSchedules } from './check-schedules.js';
import { checkTools } from './check-tools.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

/**
 * Looks for what keeps, or will keep, a site from being recorded: programs, permissions, space, roots,
 * repos, schedules, clocks, and what failed and was not solved. Writes nothing.
 */
export async function* diagnose(site: Site, now: Date, signal?: AbortSignal): AsyncGenerator<Finding> {
  yield* checkTools();
  yield* checkPlaces(site);
  const unusable = site.roots.filter((each) => !isUsable(site, each));
  for (const root of site.roots.filter((each) => !unusable.includes(each))) {
    let plan: RootPlan;
    try {
      plan = await planRoot(site, root, signal);
    } catch (thrown) {
      yield failureOf(root, thrown, signal);
      continue;
    }
    for (const { path, error: reason } of plan.unreadable) {
      yield error(`${textOfBytes(root.path)}/${textOfBytes(path)}`, `cannot be read: ${asError(reason).message}`, 'run git-fso as a user that may read it');
    }
    for (const repo of plan.repos) {
      signal?.throwIfAborted();
      yield* checkRepo(repo, now);
    }
    yield* checkSchedules(site, root, plan.repos, now);
  }
  yield* checkStrays(site);
  yield* checkProblems(site, unusable);
}

/** A root that is not what it was is a finding of its own. */
function isUsable({ location }: Site, { path }: Root): boolean {
  try {
    guardRoot(location, path, false);
    return true;
  } catch (thrown) {
    if (thrown instanceof FsoError) return false;
    throw thrown;
  }
}

function failureOf({ path }: Root, thrown: unknown, signal: AbortSignal | undefined): Finding {
  signal?.throwIfAborted();
  if (!(thrown instanceof FsoError) && errnoOf(thrown) === undefined) throw thrown;
  const remedy = thrown instanceof FsoError ? thrown.remedy : undefined;
  return error(textOfBytes(path), `its repos cannot be found: ${asError(thrown).message}`, remedy ?? 'check permissions and how it is mounted');
}

function* checkProblems({ location, roots }: Site, unusable: readonly Root[]): Generator<Finding> {
  for (const { path, part, message, remedy, since, count } of new ProblemStore(location.root).list()) {
    if (!roots.some((root) => isAtOrBelow(path, root.path))) continue;
    if (part === ROOT_PART && unusable.some((root) => root.path === path)) continue;
    const often = count === 1 ? 'failed once' : `failed ${count} times`;
    yield warning(textOfBytes(path), `${part} ${often} since ${localIsoTime(since)}: ${message}`, remedy ?? 'run git-fso rescan to see whether it still does');
  }
}
