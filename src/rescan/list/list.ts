import { boundsOf, reachRealdir } from '../../realdir/reach/reach.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import type { StoredProblem } from '../../shadow/remembered/problem-store.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { asError } from '../context.js';
import type { RootPlan } from '../plan/plan.js';
import { planRoot } from '../plan/plan.js';
import type { Rename } from '../plan/planned-repo.js';
import type { RepoFacts } from './repo-facts.js';
import { readFacts, UNKNOWN_FACTS } from './repo-facts.js';
import { gateOf } from '../guard/site-gate.js';
import type { Root, Site } from '../site.js';

/** One repo of a site, from its records alone. */
export interface ListedRepo extends RepoFacts {
  readonly realdir: ByteString;
  /** Null if the directory has no shadow repo yet. */
  readonly shadow: ByteString | null;
  readonly missing: boolean;
  /** The directory has another name now, or had one, by which a shadow repo knows it. */
  readonly rename?: Rename;
  /** Why the shadow repo cannot be read, or nothing can be recorded of the realdir: something on the way to it must not be followed. */
  readonly error: Error | null;
  /** What has failed, and was not solved since; none that this user may read. */
  readonly problems: readonly StoredProblem[];
}

/** The repos of a root, and what could not be looked at. */
export interface ListedRoot extends Pick<RootPlan, 'unreadable' | 'strange'> {
  readonly repos: readonly ListedRepo[];
}

/** So many days are shown how much a repo has grown. */
export const GROWTH_DAYS = 30;
/** In seconds. */
const DAY = 86_400;

/** The repos below a root, existing and to be created, sorted by path. */
export async function listRoot(site: Site, root: Root, now: Date, signal?: AbortSignal): Promise<ListedRoot> {
  const store = new ProblemStore(site.location.root);
  const since = Math.floor(now.getTime() / 1000) - GROWTH_DAYS * DAY;
  const { repos, unreadable, strange } = await planRoot(site, root, signal);
  const yieldTurn = yieldRegularly(signal);
  const listed: ListedRepo[] = [];
  for (const planned of repos) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    const problems = [...store.of(planned.realdir).values()];
    try {
      const isReadable = planned.shadow !== null && planned.error === null;
      const facts = isReadable ? readFacts(openAt(planned.shadow, planned.realdir, gateOf(site).forReading), since) : UNKNOWN_FACTS;
      listed.push({ ...planned, ...facts, problems, error: planned.error ?? obstacleTo(planned.realdir, root) });
    } catch (error) {
      listed.push({ ...planned, ...UNKNOWN_FACTS, problems, error: asError(error) });
    }
  }
  return { repos: listed, unreadable, strange };
}

/** Why a realdir, which may be missing, is not even looked at; null if it is. */
function obstacleTo(realdir: ByteString, root: Root): Error | null {
  try {
    reachRealdir(realdir, boundsOf(realdir, [root]))?.release();
    return null;
  } catch (error) {
    return asError(error);
  }
}
