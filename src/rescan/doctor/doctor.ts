import type { StoredProblem } from '../../shadow/remembered/problem-store.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf, systemFailure } from '../../util/system-errors/system-error.js';
import { localIsoTime } from '../../util/time/time.js';
import type { RootPlan } from '../plan/plan.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import { planRoot } from '../plan/plan.js';
import { addNewNames, RENAME_PART } from '../plan/renames.js';
import { guardRoot } from '../guard/root-guard.js';
import { FINDINGS_PART } from '../run/findings-problem.js';
import { ROOT_PART } from '../run/root-problems.js';
import type { Root, Site } from '../site.js';
import { isAlarmPart } from '../alarm/alarm.js';
import { checkAccess } from './check-access.js';
import { checkLimits } from './check-limits.js';
import { checkOverlaps } from './check-overlaps.js';
import { checkPlaces } from './check-places.js';
import { checkRepo, checkStrays, failure } from './check-repos.js';
import { checkRights } from './check-rights.js';
import { checkSchedules } from './check-schedules.js';
import type { Installation } from './check-strangers.js';
import { checkRealdirPlace, checkStrangers } from './check-strangers.js';
import { checkTools } from './check-tools.js';
import { checkVerify } from './check-verify.js';
import type { Finding } from './finding.js';
import { common, error, warning } from './finding.js';

const UNREADABLE = common('cannot be read', 'run git-fso as a user that may read them');

/** The place that a message begins with, which differs from repo to repo although the cause is the same. */
const PLACE = /^\/.*?: /;

/**
 * Looks for what keeps, or will keep, a site from being recorded: programs, permissions, space, roots,
 * repos, schedules, clocks, and what failed and was not solved. Writes nothing.
 */
export async function* diagnose(site: Site, installation: Installation, now: Date, signal?: AbortSignal): AsyncGenerator<Finding> {
  const tell = (findings: Iterable<Finding> | AsyncIterable<Finding>): AsyncGenerator<Finding> => told(site, findings, signal);
  yield* tell(checkRights(site));
  yield* checkTools();
  yield* tell(checkPlaces(site));
  yield* tell(checkStrangers(site, installation));
  const yieldTurn = yieldRegularly(signal);
  const existing: PlannedRepo[] = [];
  const renamed = new Set<ByteString>();
  const newNames = new Map<ByteString, ByteString>();
  const seen = new Set<string>();
  const unusable = site.roots.filter((each) => !isUsable(site, each));
  for (const root of site.roots.filter((each) => !unusable.includes(each))) {
    let plan: RootPlan;
    try {
      plan = await planRoot(site, root, signal);
    } catch (thrown) {
      yield failureOf(root, thrown, signal);
      unusable.push(root);
      continue;
    }
    for (const { path, error: reason } of plan.unreadable) {
      const place = textOfBytes(joinPath(root.path, path));
      yield error(place, `cannot be read: ${reasonOf(reason)}`, 'run git-fso as a user that may read it', UNREADABLE);
    }
    for (const { directory, error: reason } of plan.strange)
      yield failure(textOfBytes(directory), reason, 'find out who made it, and remove it');
    for (const repo of plan.repos) {
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
      for await (const finding of tell(checkRepo(site, repo, now))) {
        seen.add(sayingOf(finding.subject, finding.message));
        yield finding;
      }
      yield* tell(checkRealdirPlace(repo));
    }
    plan.repos.filter(({ shadow, rename }) => shadow === null && rename !== undefined).forEach(({ realdir }) => renamed.add(realdir));
    for (const { missing, rename } of plan.repos) if (missing && rename !== undefined) addNewNames(newNames, rename);
    existing.push(...plan.repos.filter(({ shadow }) => shadow !== null));
    yield* tell(checkVerify(site, root, plan.repos, now));
    // Nothing is recorded of a renamed one, which is told already.
    yield* tell(checkSchedules(site, root, plan.repos.filter(({ missing, rename }) => !missing || rename?.isOpen !== true), now));
  }
  yield* tell(checkAccess(site, newNames, signal));
  yield* tell(checkOverlaps(site, existing, signal));
  yield* tell(checkStrays(site));
  yield* tell(checkProblems(site, unusable, renamed, seen));
  yield* tell(checkLimits(site));
}

/** What the system refuses while something is checked is a finding; other checks go on. */
async function* told(
  { location }: Site,
  findings: Iterable<Finding> | AsyncIterable<Finding>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding> {
  try {
    yield* findings;
  } catch (thrown) {
    signal?.throwIfAborted();
    const known = thrown instanceof FsoError ? thrown : systemFailure(thrown);
    if (known === null) throw thrown;
    yield failure(textOfBytes(location.root), known, 'check permissions and how it is mounted');
  }
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
  return error(
    textOfBytes(path),
    `its repos cannot be found: ${reasonOf(thrown)}`,
    remedy ?? 'check permissions and how it is mounted',
  );
}

/** What is said about something, to be compared. */
function sayingOf(subject: string, message: string): string {
  return `${subject}\0${message}`;
}

/** @param seen what was found to be wrong now: that runs failed by it is no other finding */
function* checkProblems(
  { location, roots }: Site,
  unusable: readonly Root[],
  renamed: ReadonlySet<ByteString>,
  seen: ReadonlySet<string>,
): Generator<Finding> {
  let problems: readonly StoredProblem[] = [];
  try {
    problems = new ProblemStore(location.root).list();
  } catch (thrown) {
    if (!(thrown instanceof FsoError)) throw thrown;
    yield error(textOfBytes(location.root), `what has failed cannot be told: ${thrown.message}`, thrown.remedy ?? 'check permissions');
  }
  for (const { path, part, message, remedy, since, count } of problems) {
    if (!roots.some((root) => isAtOrBelow(path, root.path))) continue;
    if (part === ROOT_PART && unusable.some((root) => root.path === path)) continue;
    if (part === RENAME_PART && renamed.has(path)) continue;
    if (seen.has(sayingOf(textOfBytes(path), message))) continue;
    if (isAlarmPart(part)) {
      yield warning(textOfBytes(path), `alarm since ${localIsoTime(since)}: ${message}`, remedy ?? 'run git-fso check in its shadow repo');
      continue;
    }
    // A finding stands until it is dealt with; each run that sees it is no failure of its own.
    const often = part === FINDINGS_PART ? 'stand' : count === 1 ? 'failed once' : `failed ${count} times`;
    const wayOut = remedy ?? 'run git-fso rescan to see whether it still does';
    yield warning(
      textOfBytes(path),
      `${part} ${often} since ${localIsoTime(since)}: ${message}`,
      wayOut,
      common(`failed: ${message.replace(PLACE, '')}`, wayOut),
    );
  }
}
