import { setImmediate } from 'node:timers/promises';
import { linkSignals } from '../../util/async/linked-signal.js';
import type { Agenda, AgendaItem, AgendaRoot } from '../schedule/agenda.js';
import type { RescanContext } from '../context.js';
import type { DueContext } from '../schedule/due.js';
import { dueFacets, nextDiscovery } from '../schedule/due.js';
import { lastVisited } from './last-visited.js';
import { NewRepos } from '../guard/limits.js';
import { nestedFirst } from './nested-first.js';
import { planRoot } from './plan.js';
import { guardRoot } from '../guard/root-guard.js';
import { requirePlaceOf } from '../guard/root-places.js';
import { forgetOthers, ROOT_PART, rootFailed, rootSolved } from '../run/root-problems.js';

/** A root that could not be used is not looked at again before. */
const SOONEST_MS = 1000;

/** After so many repos others get their turn: looking at marks is quick, but not when there are very many. */
const REPOS_AT_ONCE = 100;

/** What `dueFacets` is to know about a root. */
export function dueContextOf({ site, problems, clock }: RescanContext, { root }: AgendaRoot): DueContext {
  return { root, timeZone: site.timeZone, problems, now: clock.now() };
}

/**
 * When the first facet of a repo is due; infinity if none ever is, and as soon as it may be where that cannot be read in the
 * shadow repo: working on it tells why.
 */
export function dueTimeOf(context: RescanContext, item: AgendaItem): number {
  try {
    const times = dueFacets(dueContextOf(context, item.root), item.planned).map(({ at }) => at);
    return Math.min(...times, Number.POSITIVE_INFINITY);
  } catch {
    return item.notBefore;
  }
}

/** Looks for the repos of a root and enters them into the agenda. A root that is not what it was is left alone for a while. */
export async function discoverRoot(context: RescanContext, agenda: Agenda, target: AgendaRoot): Promise<void> {
  const { site, stop, options, problems, clock } = context;
  const { root } = target;
  const { signal, unlink } = linkSignals([options.signal, stop]);
  try {
    target.guard = null;
    requirePlaceOf(site, root);
    const guard = guardRoot(site.location, root.path, false);
    const plan = await planRoot(site, root, signal);
    for (const { path, error } of plan.unreadable) context.emit({ type: 'unreadable', root: root.path, path, error });
    for (const { directory, error } of plan.strange) context.emit({ type: 'strange', root: root.path, directory, error });
    context.emit({ type: 'root', root: root.path, repos: plan.repos.length, lastVisited: () => lastVisited(plan.repos, root.facets) });
    guard.remember();
    rootSolved(context, root);
    forgetOthers(context, root, plan);
    const before = target.items;
    target.items = new Map(nestedFirst(plan.repos).map(({ planned, nested }) => {
      const { notBefore = 0, allowances = null } = before.get(planned.realdir) ?? {};
      return [planned.realdir, { root: target, planned, nested, notBefore, allowances, beginAt: Number.POSITIVE_INFINITY, waitsFor: null }];
    }));
    target.clear();
    target.newRepos = new NewRepos(root.limits.newRepos);
    target.isLeftTold = false;
    let count = 0;
    for (const item of target.items.values()) {
      // What is running is entered when it is given back.
      if (!agenda.isRunning(item.planned.realdir)) target.schedule(item, dueTimeOf(context, item));
      if (++count % REPOS_AT_ONCE === 0) await setImmediate();
    }
    target.guard = guard;
    target.discoverAt = nextDiscovery(dueContextOf(context, target));
  } catch (error) {
    if (signal.aborted) return;
    rootFailed(context, root, error);
    const retryAt = problems.of(root.path).get(ROOT_PART)?.retryAt ?? clock.now();
    target.discoverAt = Math.max(retryAt.getTime(), clock.now().getTime() + SOONEST_MS);
  } finally {
    unlink();
  }
}
