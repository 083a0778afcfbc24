import type { IndexEntry } from '../../git/index/index-entry.js';
import { indexSize } from '../../git/index/index-entry.js';
import type { PreciseStat } from '../../realdir/stat/lstat.js';

type Status = Pick<PreciseStat, 'size' | 'mtimeNs' | 'ino'>;

/** What of a file tells whether it has to be hashed: size, mtime in nanoseconds, inode. */
export function hashedKey(stat: Status): string {
  return `${stat.size} ${stat.mtimeNs} ${stat.ino}`;
}

/** Kernel clocks tick every 10 ms at most; filesystems that keep whole seconds may round by two. */
const CLOCK_TICK = 20_000_000n;
const SECOND = 1_000_000_000n;

/** True if a file that was modified at `mtimeNs` could not have been modified after `startNs` unnoticed. */
export function isSettled(mtimeNs: bigint, startNs: bigint): boolean {
  return mtimeNs + (mtimeNs % SECOND === 0n ? 2n * SECOND : CLOCK_TICK) < startNs;
}

/** In place of a ctime after which the file may have changed within the same tick of the clock: no file has it. */
const UNSETTLED = 0n;

/** What is remembered of a file whose recorded bytes were read, beginning at `startNs`: the key, and the ctime. */
export function hashedLook(stat: Status & Pick<PreciseStat, 'ctimeNs'>, startNs: bigint): string {
  return `+${hashedKey(stat)} ${isSettled(stat.ctimeNs, startNs) ? stat.ctimeNs : UNSETTLED}`;
}

/** The ctime in nanoseconds when the recorded bytes were last read; null if it is not known. */
export function ctimeOfLook(look: string): bigint | null {
  return look.startsWith('+') ? BigInt(look.slice(look.lastIndexOf(' ') + 1)) : null;
}

/** Size, mtime and inode of what is remembered; null if they were taken from an index, which does not keep all of them. */
export function keyOfLook(look: string): string | null {
  if (look.startsWith('+')) return look.slice(1, look.lastIndexOf(' '));
  return look.startsWith('~') ? null : look;
}

const SPACE = 0x20;

/** True if a file looks as it did when it was hashed. @param key of the status, if it is known already */
export function isAsHashed(look: string, stat: Status, key = hashedKey(stat)): boolean {
  return isLookOf(look, key) || matchesIndexed(look, stat);
}

function isLookOf(look: string, key: string): boolean {
  return look === key || (look.startsWith('+') && look.startsWith(key, 1) && look.charCodeAt(key.length + 1) === SPACE);
}

/** Like `hashedKey`, from what an index file of Git has. */
export function indexedKey({ size, mtimeSeconds, mtimeNanoseconds, ino }: IndexEntry): string {
  return `~${size} ${BigInt(mtimeSeconds) * SECOND + BigInt(mtimeNanoseconds)} ${ino}`;
}

/** True if a file looks as it did when the key was taken from an index, as far as that can tell. @internal for tests */
export function matchesIndexed(look: string, stat: Status): boolean {
  return look.startsWith('~') && indexedKeysOf(stat).some((key) => key === look);
}

function indexedKeysOf({ size, mtimeNs, ino }: Status): string[] {
  const fraction = ((mtimeNs % SECOND) + SECOND) % SECOND;
  const seconds = BigInt.asUintN(32, (mtimeNs - fraction) / SECOND) * SECOND;
  const keyAt = (ns: bigint): string => `~${indexSize(size)} ${ns} ${BigInt.asUintN(32, BigInt(ino))}`;
  // Git may have been built to keep whole seconds only.
  return [keyAt(seconds + fraction), keyAt(seconds)];
}

const withoutInode = (key: string): string => key.slice(0, key.lastIndexOf(' '));

/** True if size and mtime are as when the file was hashed, whatever inode has them now. */
export function hasSameTimes(look: string, stat: Status): boolean {
  const key = keyOfLook(look);
  if (key !== null) return withoutInode(key) === `${stat.size} ${stat.mtimeNs}`;
  return indexedKeysOf(stat).some((each) => withoutInode(each) === withoutInode(look));
}

/** Why a file is hashed that looked like `before` when that was done the last time. */
export function whyRead(before: string | undefined, { size, mtimeNs, ino }: Status, isRecorded: boolean): string {
  if (!isRecorded) return 'new';
  if (before === undefined) return 'nothing is known of when it was hashed';
  const key = keyOfLook(before);
  if (key === null) return 'it is not as when git-fso 0.1.0 hashed it';
  const [sizeBefore, mtimeBefore, inodeBefore] = key.split(' ');
  const changed = [
    ...(sizeBefore === String(size) ? [] : ['size']),
    ...(mtimeBefore === String(mtimeNs) ? [] : ['mtime']),
    ...(inodeBefore === String(ino) ? [] : ['inode']),
  ];
  return `${changed.join(', ')} changed`;
}
