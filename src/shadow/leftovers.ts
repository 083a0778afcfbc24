import { lstatSync, rmSync } from 'node:fs';
import { isLockOfDeadOwner, isOurLock } from '../git/lock-owner.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import { isRunning } from '../util/process-alive.js';
import { directoriesBelow, namesIn } from './directory-names.js';
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
const PACK = /^tmp_(pack|idx)_[0-9a-f]{8}$/;
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
  for (const fan of ['', ...namesIn(objects).filter((name) => FAN_OUT.test(name))]) {
    yield* pick(joinPath(objects, fan), 'temporary object', (name) => OBJECT.test(name));
  }
  const packs = joinPath(objects, 'pack');
  yield* pick(packs, 'temporary pack', (name) => PACK.test(name));
  yield* unfinishedPacks(packs);
  const isHelper = (name: ByteString): boolean => HELPER.test(name);
  const isDeadLock = (name: ByteString, path: ByteString): boolean => /\.(lock|mutex)$/.test(name) && !isHelper(name) && isLockOfDeadOwner(path);
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

/** Guards of ours, and what has no index yet of the packs that they guard. */
function* unfinishedPacks(packs: ByteString): Generator<Leftover> {
  const names = new Set(namesIn(packs));
  for (const keep of [...names].filter((name) => name.endsWith('.keep') && isOurLock(joinPath(packs, name)))) {
    const [pack, index] = ['pack', 'idx'].map((end) => keep.replace(/keep$/, end));
    if (pack !== undefined && names.has(pack) && !names.has(index ?? '')) yield { path: joinPath(packs, pack), what: 'pack without an index' };
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
