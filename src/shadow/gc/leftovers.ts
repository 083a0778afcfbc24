import { lstatSync, rmSync } from 'node:fs';
import { isLockOfDeadOwner, isOurLock } from '../../storage/lock-owner.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { quietly, unlessErrno } from '../../util/errors.js';
import { isRunning } from '../../util/process/process-alive.js';
import { directoriesBelow, namesIn, subdirectoriesIn } from '../layout/directory-names.js';
import { WORKSHOP } from './repack.js';

/** A file or directory that a killed git-fso process left. */
export interface Leftover {
  readonly path: ByteString;
  /** What it was for, in words. */
  readonly what: string;
}

const FAN_OUT = /^[0-9a-f]{2}$/;
// Eight hexadecimal digits make it ours; Git's own names end with six letters and digits.
const OBJECT = /^tmp_obj_[0-9a-f]{8}$/;
/** The name of the writer's lock comes first, where there is one. */
const PACK = /^tmp_(?:pack|idx)_(?:([a-z-]+)_)?[0-9a-f]{8}$/;
const HELPER = /\.fso-((tmp|owner|dead)-[0-9a-f]+|next)\.lock$/;
const INDEX = /^index-[0-9a-f]{8}(\.lock)?$/;
const RECORDS = /\.(holders|waiting)$/;
const RECORD = /\.(\d+)\.\d*\.\d+$/;
const INIT = /^\.git-fso-init-(\d+)$/;

/**
 * What killed git-fso processes left in a shadow repo. The names and contents say that a file is
 * git-fso's; that its process is dead, the exclusive lock of the repo proves, because everything that
 * writes such files holds the lock. So call it under that lock, or take the result for a guess.
 *
 * @param directory the work tree
 */
export function* findLeftovers(directory: ByteString): Generator<Leftover> {
  const gitDir = joinPath(directory, '.git');
  const pick = function* (place: ByteString, what: string, isOne: (name: ByteString, path: ByteString) => boolean): Generator<Leftover> {
    for (const name of namesIn(place)) {
      const path = joinPath(place, name);
      if (isOne(name, path)) yield { path, what };
    }
  };
  const objects = joinPath(gitDir, 'objects');
  for (const fan of ['', ...subdirectoriesIn(objects).filter((name) => FAN_OUT.test(name))]) {
    yield* pick(joinPath(objects, fan), 'temporary object', (name) => OBJECT.test(name));
  }
  const packs = joinPath(objects, 'pack');
  yield* pick(packs, 'temporary pack', (name) => PACK.test(name));
  yield* unfinishedPacks(packs);
  const isHelper = (name: ByteString): boolean => HELPER.test(name);
  const isDeadLock = (name: ByteString, path: ByteString): boolean =>
    /\.(lock|mutex)$/.test(name) && !isHelper(name) && isLockOfDeadOwner(path);
  for (const place of [directory, gitDir, joinPath(gitDir, 'fso'), packs, ...directoriesBelow(joinPath(gitDir, 'refs'))]) {
    yield* pick(place, 'temporary file', isHelper);
    yield* pick(place, 'lock of a process that is dead', isDeadLock);
  }
  for (const name of namesIn(joinPath(gitDir, 'fso')).filter((one) => RECORDS.test(one))) {
    yield* pick(joinPath(gitDir, `fso/${name}`), 'empty record of a lock', isEmptyRecord);
  }
  yield* pick(joinPath(gitDir, 'fso'), 'unfinished gc', (name) => WORKSHOP.test(name));
  yield* pick(joinPath(gitDir, 'fso'), 'copy of the index', (name) => INDEX.test(name));
  yield* pick(directory, 'remainder of an init', (name) => !isRunning(Number(INIT.exec(name)?.[1] ?? process.pid)));
}

/** Removes what `findLeftovers` found; returns how many there were. To be called under the exclusive lock. */
export function removeLeftovers(directory: ByteString): number {
  let count = 0;
  for (const { path } of findLeftovers(directory)) {
    rmSync(fsPath(path), { recursive: true, force: true });
    count += 1;
  }
  return count;
}

/**
 * Removes temporary packs of runs that were killed. That they are of dead processes is proven by the writer's lock that
 * is held, because whoever writes a pack named after a lock holds that lock, on whatever host; a guard tells its owner
 * itself. What cannot be removed stays for the next run. Never throws.
 * @param lockName the name of the writer's lock that the caller holds
 */
export function removePacksOfDeadRuns(gitDir: ByteString, lockName: string): void {
  const packs = joinPath(gitDir, 'objects/pack');
  quietly(() => {
    const names = namesIn(packs);
    for (const name of names.filter((each) => PACK.exec(each)?.[1] === lockName)) rmSync(fsPath(joinPath(packs, name)), { force: true });
    for (const keep of names.filter((each) => each.endsWith('.keep') && isLockOfDeadOwner(joinPath(packs, each)))) {
      const stem = keep.slice(0, -'keep'.length);
      // The guard goes last, since it is what tells of the others.
      const unfinished = names.includes(`${stem}idx`) ? [] : names.filter((each) => each.startsWith(stem) && each !== keep);
      for (const name of [...unfinished, keep]) rmSync(fsPath(joinPath(packs, name)), { force: true });
    }
  });
}

/** Guards of ours, and what has no index yet of the packs that they guard. */
function* unfinishedPacks(packs: ByteString): Generator<Leftover> {
  const names = new Set(namesIn(packs));
  for (const keep of [...names].filter((name) => name.endsWith('.keep') && isOurLock(joinPath(packs, name)))) {
    const [pack, index] = ['pack', 'idx'].map((end) => keep.replace(/keep$/, end));
    if (pack !== undefined && names.has(pack) && !names.has(index ?? ''))
      yield { path: joinPath(packs, pack), what: 'pack without an index' };
    yield { path: joinPath(packs, keep), what: 'guard of a pack' };
  }
}

/** A record says nothing if its process was killed in the moment of writing it; then its name does. */
function isEmptyRecord(name: ByteString, path: ByteString): boolean {
  const pid = RECORD.exec(name)?.[1];
  return pid !== undefined && lengthOf(path) === 0 && !isRunning(Number(pid));
}

function lengthOf(path: ByteString): number | null {
  return unlessErrno(['ENOENT'], null, () => lstatSync(fsPath(path)).size);
}
