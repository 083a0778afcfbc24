import { listShadowRepos } from '../../shadow/list-repos.js';
import { findLeftovers } from '../../shadow/leftovers.js';
import { isAtOrBelow } from '../../shadow/locate.js';
import { hasHolders } from '../../shadow/lock.js';
import { repoLockPath } from '../../shadow/repo-lock.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time.js';
import type { PlannedRepo } from '../plan.js';
import { readFacts } from '../repo-facts.js';
import type { Site } from '../types.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

/** Clocks of hosts that share a filesystem differ by less, in seconds. */
const SKEW = 600;

/** Checks one repo of a root. */
export function* checkRepo({ realdir, shadow, missing }: PlannedRepo, now: Date): Generator<Finding> {
  const subject = textOfBytes(realdir);
  if (shadow === null) {
    yield warning(subject, 'has no shadow repo', 'run git-fso rescan, which creates it, or says why not');
    return;
  }
  if (missing) {
    yield warning(subject, `does not exist any more; its shadow repo is ${textOfBytes(shadow)}`,
      'use git-fso move if the directory has another name now; remove the shadow repo if its history is not needed');
  }
  try {
    yield* checkShadow(realdir, shadow, now);
  } catch (thrown) {
    if (!(thrown instanceof FsoError) && errnoOf(thrown) === undefined) throw thrown;
    const remedy = (thrown instanceof FsoError ? thrown.remedy : undefined) ?? `run git-fso -C ${textOfBytes(shadow)} check`;
    yield error(subject, thrown instanceof Error ? thrown.message : String(thrown), remedy);
  }
}

function* checkShadow(realdir: ByteString, shadow: ByteString, now: Date): Generator<Finding> {
  const subject = textOfBytes(realdir);
  const repo = ShadowRepo.open(shadow);
  if (repo.realdir !== realdir) {
    yield error(subject, `its shadow repo ${textOfBytes(shadow)} observes ${textOfBytes(repo.realdir)}`, 'use git-fso move to put it where it belongs');
  }
  if (!hasHolders(repoLockPath(repo))) {
    for (const { path, what } of findLeftovers(shadow)) {
      yield warning(textOfBytes(path), `${what}, left by a process that was killed`, `run git-fso -C ${textOfBytes(shadow)} check --repair`);
    }
  }
  const { mtimeMax } = readFacts(shadow);
  if (mtimeMax !== null && Number(mtimeMax) > now.getTime() / 1000 + SKEW) {
    yield warning(subject, `has files from the future: ${localIsoTime(new Date(Number(mtimeMax) * 1000))}`,
      'check the clocks of the hosts that write there; changes of such files may be missed');
  }
}

/** Shadow repos that no root is for. */
export function* checkStrays({ location, roots }: Site): Generator<Finding> {
  const top = location.trimHostRoot === '' ? '/' : location.trimHostRoot;
  for (const { directory, mirrored } of listShadowRepos(location, top)) {
    let realdir = mirrored;
    try {
      ({ realdir } = ShadowRepo.open(directory));
    } catch (thrown) {
      // One that cannot be opened is reported with its root; its place tells which that is.
      if (!(thrown instanceof FsoError) && errnoOf(thrown) === undefined) throw thrown;
    }
    if (roots.some(({ path }) => isAtOrBelow(realdir, path))) continue;
    yield warning(textOfBytes(directory), `observes ${textOfBytes(realdir)}, which is not below any configured root`,
      'add a root to the configuration, or remove the shadow repo if its history is not needed');
  }
}
