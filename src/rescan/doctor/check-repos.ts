import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import { findLeftovers } from '../../shadow/gc/leftovers.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import { hasHolders } from '../../shadow/lock/lock.js';
import { repoLockPath } from '../../shadow/lock/repo-lock.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, messageOf } from '../../util/errors.js';
import { shellWord } from '../../util/text/shell-word.js';
import { localIsoTime } from '../../util/time/time.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import { readFacts } from '../list/repo-facts.js';
import { gateOf } from '../guard/site-gate.js';
import type { Site } from '../site.js';
import type { Finding } from './finding.js';
import { common, error, warning } from './finding.js';

const NEVER_CREATED = common('have no shadow repo', 'run git-fso rescan, which creates them, or says why not');
const GONE = common('are missing', 'use git-fso move if directories have other names now; remove shadow repos whose history is not needed');
const ELSEWHERE = common('have shadow repos that observe other directories', 'use git-fso move to put these where they belong');
const LEFT_BEHIND = common('were left by processes that were killed', 'run git-fso -C <shadow repo> check --repair in each shadow repo');
const FROM_FUTURE = common(
  'have files from the future',
  'check the clocks of the hosts that write there; changes of such files may be missed',
);
const STRAY = common('observe directories that are not below any configured root',
  'add roots to the configuration, or remove the shadow repos if their history is not needed');

const FEW = 2;

/** Clocks of hosts that share a filesystem differ by less, in seconds. */
const SKEW = 600;

/** Checks one repo of a root. */
export function* checkRepo(site: Site, { realdir, shadow, missing, rename, error: obstacle }: PlannedRepo, now: Date): Generator<Finding> {
  const subject = textOfBytes(realdir);
  if (obstacle !== null) {
    yield failure(subject, obstacle, 'run git-fso rescan to see more');
    return;
  }
  if (shadow === null) {
    // It is told of the repo that is to follow.
    if (rename !== undefined) return;
    yield warning(subject, 'has no shadow repo', 'run git-fso rescan, which creates it, or says why not', NEVER_CREATED);
    return;
  }
  if (missing && rename !== undefined) {
    yield warning(subject, `is missing; it is ${textOfBytes(rename.to)} now`,
      `have its shadow repo follow: ${rename.command}; or, if that is another directory, have that forgotten: ${rename.forget}`);
  } else if (missing) {
    yield warning(subject, `is missing; its shadow repo is ${textOfBytes(shadow)}`,
      'use git-fso move if the directory has another name now; remove the shadow repo if its history is not needed', GONE);
  }
  try {
    yield* checkShadow(site, realdir, shadow, now);
  } catch (thrown) {
    if (!(thrown instanceof FsoError) && errnoOf(thrown) === undefined) throw thrown;
    yield failure(subject, thrown, `run git-fso -C ${shellWord(shadow)} check`);
  }
}

/** @param otherwise what to do where the error does not say it */
export function failure(subject: string, thrown: unknown, otherwise: string): Finding {
  const remedy = (thrown instanceof FsoError ? thrown.remedy : undefined) ?? otherwise;
  return error(subject, messageOf(thrown), remedy);
}

function* checkShadow(site: Site, realdir: ByteString, shadow: ByteString, now: Date): Generator<Finding> {
  const subject = textOfBytes(realdir);
  const repo = ShadowRepo.open(shadow, gateOf(site).forReading);
  if (repo.realdir !== realdir) {
    const message = `its shadow repo ${textOfBytes(shadow)} observes ${textOfBytes(repo.realdir)}`;
    yield error(subject, message, 'use git-fso move to put it where it belongs', ELSEWHERE);
  }
  if (!hasHolders(repoLockPath(repo))) {
    for (const { path, what } of findLeftovers(shadow)) {
      const remedy = `run git-fso -C ${shellWord(shadow)} check --repair`;
      yield warning(textOfBytes(path), `${what}, left by a process that was killed`, remedy, LEFT_BEHIND);
    }
  }
  const { mtimeMax } = readFacts(repo);
  if (mtimeMax !== null && Number(mtimeMax) > now.getTime() / 1000 + SKEW) {
    yield warning(subject, `has files from the future: ${localIsoTime(new Date(Number(mtimeMax) * 1000))}`,
      'check the clocks of the hosts that write there; changes of such files may be missed', FROM_FUTURE);
  }
}

/** Shadow repos that no root is for. */
export function* checkStrays(site: Site): Generator<Finding> {
  const { location, roots } = site;
  const top = location.trimHostRoot === '' ? '/' : location.trimHostRoot;
  const strays: { readonly directory: ByteString; readonly realdir: ByteString }[] = [];
  for (const { directory, mirrored } of listShadowRepos(location, top)) {
    let realdir = mirrored;
    try {
      ({ realdir } = ShadowRepo.open(directory, gateOf(site).forReading));
    } catch (thrown) {
      // One that cannot be opened is reported with its root; its place tells which that is.
      if (!(thrown instanceof FsoError) && errnoOf(thrown) === undefined) throw thrown;
    }
    if (!roots.some(({ path }) => isAtOrBelow(realdir, path))) strays.push({ directory, realdir });
  }
  // Of a few it is worth telling what each of them observes.
  const cause = strays.length > FEW ? STRAY : undefined;
  for (const { directory, realdir } of strays) {
    yield warning(textOfBytes(directory), `observes ${textOfBytes(realdir)}, which is not below any configured root`,
      'add a root to the configuration, or remove the shadow repo if its history is not needed', cause);
  }
}
