import { lstatSync } from 'node:fs';
import type { BigIntStats, Stats } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';

/** What an entry of a directory is; `other` stands for sockets, FIFOs and devices. */
export type EntryKind = 'file' | 'symlink' | 'directory' | 'other';

/** What lstat(2) says about an entry, exactly. */
export interface EntryStat {
  readonly kind: EntryKind;
  /** Bytes; a bigint only where a number would not be exact, that is from 2^53 on. */
  readonly size: number | bigint;
  /** Whole seconds since the epoch, rounded down; negative before 1970. */
  readonly mtime: number;
  /** Inode number; a bigint only from 2^53 on, so equal inodes are equal by `===`. */
  readonly ino: number | bigint;
  /** Number of hard links. */
  readonly nlink: number;
  readonly dev: number;
}

/** An entry with its times in nanoseconds since the epoch, to tell whether a file has changed, and its owner. */
export interface PreciseStat extends EntryStat {
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** When the inode was made, in nanoseconds since the epoch; 0 where the filesystem does not tell. */
  readonly birthtimeNs: bigint;
  /** Of 512 bytes, that are allocated. */
  readonly blocks: number;
  readonly uid: number;
  readonly gid: number;
}

const KIND_MASK = 0o170000;
const NUMBERS = { throwIfNoEntry: false } as const;
const BIGINTS = { throwIfNoEntry: false, bigint: true } as const;
const SECOND = 1_000_000_000n;

/** How many entries are read as bigints after one whose mtime could not be told from a number. */
const PRECISE_RUN = 16;
let preciseLeft = 0;

/** What the mode of struct stat says. */
export function kindOf(mode: number): EntryKind {
  switch (mode & KIND_MASK) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'symlink';
    default:
      return 'other';
  }
}

/** The whole seconds of a time in nanoseconds, rounded down, also before 1970. @internal for tests */
export function floorToSeconds(ns: bigint): number {
  const seconds = ns / SECOND;
  return Number(ns < 0n && seconds * SECOND !== ns ? seconds - 1n : seconds);
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * The seconds of a number of milliseconds, or null if they cannot be told. Node rounds seconds and
 * nanoseconds to a double, which never falls below the second but may reach the next one.
 */
function secondsOfMs(ms: number): number | null {
  const seconds = Math.floor(ms / 1000);
  return seconds * 1000 === ms || !Number.isSafeInteger(seconds * 1000) ? null : seconds;
}

function fromNumbers(stat: Stats): EntryStat | null {
  const mtime = secondsOfMs(stat.mtimeMs);
  if (mtime === null || !Number.isSafeInteger(stat.size) || !Number.isSafeInteger(stat.ino)) return null;
  const { size, ino, nlink, dev } = stat;
  return { kind: kindOf(stat.mode), size, mtime, ino, nlink, dev };
}

/** The exact status, with nanoseconds, from what Node returns with `bigint: true`. */
export function preciseStat(stat: BigIntStats): PreciseStat {
  return {
    kind: kindOf(Number(stat.mode)),
    size: exact(stat.size),
    mtime: floorToSeconds(stat.mtimeNs),
    ino: exact(stat.ino),
    nlink: Number(stat.nlink),
    dev: Number(stat.dev),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    birthtimeNs: stat.birthtimeNs,
    blocks: Number(stat.blocks),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
  };
}

function lstatBigInts(path: string | Buffer): BigIntStats | undefined {
  try {
    return lstatSync(path, BIGINTS);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function lstatNumbers(path: string | Buffer): Stats | undefined {
  try {
    return lstatSync(path, NUMBERS);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Exact status of an entry; symbolic links are not followed. Returns null if it is not there (any
 * more), including when a parent is not a directory; other system errors are thrown.
 *
 * Reading numbers is about 15 % cheaper than bigints, but a modification time on a whole second is
 * then the same as one a few nanoseconds before it. Such an entry is read again, and the next
 * ones with bigints from the start, since whole seconds come in crowds (unpacked archives).
 */
export function lstatEntry(path: ByteString): EntryStat | null {
  const name = fsPath(path);
  if (preciseLeft === 0) {
    const numbers = lstatNumbers(name);
    if (numbers === undefined) return null;
    const entry = fromNumbers(numbers);
    if (entry !== null) return entry;
    preciseLeft = PRECISE_RUN;
  }
  const bigints = lstatBigInts(name);
  if (bigints === undefined) return null;
  preciseLeft = bigints.mtimeNs % SECOND === 0n ? PRECISE_RUN : preciseLeft - 1;
  return preciseStat(bigints);
}

/** Like `lstatEntry`, with the times in nanoseconds. */
export function lstatPrecise(path: ByteString): PreciseStat | null {
  const bigints = lstatBigInts(fsPath(path));
  return bigints === undefined ? null : preciseStat(bigints);
}
