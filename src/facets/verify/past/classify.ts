import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import type { FindingClass } from '../../../record/finding.js';
import { ctimeOfLook, hashedKey, keyOfLook } from '../../sha/hashed-look.js';

/**
 * What has happened to a file with recorded size and mtime, but other bytes.
 * @param look what it looked like when its bytes were the right ones
 * @param recordedAt when these were recorded, in seconds since the epoch: decides where the ctime is not known
 */
export function classOf(look: string, stat: PreciseStat, recordedAt: number): FindingClass {
  const key = keyOfLook(look);
  const isSameInode = key === null ? look.endsWith(` ${BigInt.asUintN(32, BigInt(stat.ino))}`) : key === hashedKey(stat);
  if (!isSameInode) return 'rewritten';
  const ctime = ctimeOfLook(look);
  // Clocks are set back: any ctime but this one means that somebody wrote.
  if (ctime !== null) return stat.ctimeNs === ctime ? 'corrupt' : 'rewritten';
  return stat.ctimeNs < BigInt(recordedAt) * 1_000_000_000n ? 'corrupt' : 'rewritten';
}

/** What a file with wrong bytes looks like, for its finding. */
export function lookOfFile(stat: PreciseStat): string {
  return `${hashedKey(stat)} ${stat.ctimeNs}`;
}

/** Without the ctime. */
export function keyOfFile(file: string): string {
  return file.slice(0, file.lastIndexOf(' '));
}

/** The ctime in nanoseconds. */
export function ctimeOfFile(file: string): bigint {
  return BigInt(file.slice(file.lastIndexOf(' ') + 1));
}
