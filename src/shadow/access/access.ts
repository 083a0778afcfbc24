import type { Stats } from 'node:fs';
import { chmodSync, chownSync, closeSync, fstatSync, lstatSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { holdBelow, LinkError, placeOf } from '../../realdir/reach/open-step.js';
import { BY_HAND, holdRealdir } from '../../realdir/reach/reach.js';
import { changeMode, makeDirectory, PRIVATE_DIRECTORY } from '../../storage/file-mode.js';
import { hasAccessControlList } from './has-acl.js';
import type { ShadowLocation } from '../layout/locate.js';
import { isAtOrBelow } from '../layout/locate.js';

/** Bits that are for others than the owner. */
const GROUP_AND_OTHERS = 0o077;

/** Group and others may list and enter, but not write. */
const READABLE = 0o055;

const SET_GROUP_ID = 0o2000;

/**
 * Who may see what is below the shadow root: the mode of its directories, or `mirror`, which gives each the mode of
 * the real directory that it stands for, without write access for group and others.
 */
export type ShadowMode = number | 'mirror';

/** Nobody but the owner sees anything, unless the configuration says otherwise. */
export const CLOSED = PRIVATE_DIRECTORY;

/** What a shadow directory may allow. */
export interface Access {
  /** Permission bits of a directory. */
  readonly mode: number;
  /** The group that they are meant for; null for whichever group the directory has. */
  readonly gid: number | null;
}

const NONE: Access = { mode: PRIVATE_DIRECTORY, gid: null };

/** Errors after which a real directory is not there, or is not to be seen. */
const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];

/**
 * What the shadow directory that stands for a real one may allow. With `mirror` it is nothing where the real one
 * cannot be seen, is no directory, or has an access control list; and a directory above it that trimHostRoot leaves
 * out of the shadow path keeps out whom it keeps out of the real one.
 */
export function accessOf(real: ByteString, { trimHostRoot }: Pick<ShadowLocation, 'trimHostRoot'>, shadowMode: ShadowMode): Access {
  if (shadowMode !== 'mirror') return { mode: shadowMode, gid: null };
  return withReal(real, (stat, place) => {
    const { gid } = stat;
    let bits = stat.mode & READABLE;
    const isTrimmed = trimHostRoot !== '' && isAtOrBelow(real, trimHostRoot);
    for (const above of isTrimmed ? pathsTo(trimHostRoot) : []) {
      if (bits !== 0) bits &= whoEnters(above, gid);
    }
    // Finding out costs a process, so it comes last.
    return { mode: bits === 0 || hasAccessControlList(place) ? PRIVATE_DIRECTORY : PRIVATE_DIRECTORY | bits, gid };
  }) ?? NONE;
}

/**
 * Looks at a real directory, which stays the same one meanwhile, whoever swaps it, or one above it, for another one that is
 * more open; null if it is not to be seen, or only through a symbolic link of somebody else.
 */
function withReal<T>(real: ByteString, look: (stat: Stats, place: ByteString) => T): T | null {
  try {
    const parent = holdRealdir(directoryOf(real), BY_HAND);
    const fd = real === '/' ? parent : holdBelow(parent, [baseOf(real)], directoryOf(real));
    try {
      return look(fstatSync(fd), `${placeOf(fd)}/.`);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof LinkError || NOT_SEEN.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** `/a/b` and what is above it, without `/`. */
function pathsTo(path: ByteString): ByteString[] {
  const parts = path.split('/').filter((name) => name !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** All bits of those, members of a group and others, who may enter a directory for sure. */
function whoEnters(directory: ByteString, gid: number): number {
  return withReal(directory, (stat, place) => {
    if (hasAccessControlList(place)) return 0;
    const others = (stat.mode & 0o001) !== 0;
    const group = (stat.mode & 0o010) !== 0;
    // Members of the one group may, or may not, be members of the other.
    if (stat.gid !== gid) return others && group ? GROUP_AND_OTHERS : 0;
    return (group ? 0o070 : 0) | (others ? 0o007 : 0);
  }) ?? 0;
}

/** Bits that group and others have in common, in both places. */
function common(mode: number): number {
  const bits = (mode >> 3) & mode & 0o7;
  return (mode & 0o700) | (bits << 3) | bits;
}

/**
 * Permission bits that something with this status has beyond what is allowed; where it has another group, no more than group and others may
 * both.
 */
export function excessOf({ mode, gid }: Pick<Stats, 'mode' | 'gid'>, allowed: Access): number {
  const bits = allowed.gid === null || allowed.gid === gid ? allowed.mode : common(allowed.mode);
  return mode & GROUP_AND_OTHERS & ~bits;
}

/**
 * Creates a directory that allows no more than this. It is private until its mode is final.
 * @param path must not exist
 * @returns its permission bits
 */
export function makeDirectoryWith(path: ByteString, { mode, gid }: Access): number {
  makeDirectory(path, PRIVATE_DIRECTORY);
  if (gid === null || (mode & GROUP_AND_OTHERS) === 0) {
    changeMode(path, mode);
    return mode;
  }
  const final = takesGroup(path, gid) ? mode : common(mode);
  // What is made in it later, by Git too, is for the same group.
  chmodSync(fsPath(path), final | SET_GROUP_ID);
  return final;
}

function takesGroup(path: ByteString, gid: number): boolean {
  const own = lstatSync(fsPath(path));
  if (own.gid === gid) return true;
  try {
    chownSync(fsPath(path), own.uid, gid);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    return false;
  }
}

/**
 * The mode of the Git directory in a shadow repo of this mode: whoever may not list the realdir
 * must not read its records, even if he can guess the path.
 */
export function gitDirectoryMode(mode: number): number {
  let result = mode & 0o700;
  for (const shift of [3, 0]) {
    const bits = (mode >> shift) & 0o7;
    if ((bits & 0o5) === 0o5) result |= bits << shift;
  }
  return result;
}
