import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { hasAccessControlList } from './acl.js';

const GROUP_AND_OTHERS = 0o077;
const WRITE_FOR_GROUP_AND_OTHERS = 0o022;

/** Bits that group and others have in common, in both places. */
function common(mode: number): number {
  const bits = (mode >> 3) & mode & 0o7;
  return (mode & 0o700) | (bits << 3) | bits;
}

/**
 * Creates a directory that mirrors a real one, so that nobody gets more access than the real
 * directory gives. It is private until its mode is final.
 *
 * @param path must not exist
 * @param shadowMode the mode to use instead, from the configuration
 */
export function makeMirrorDirectory(path: ByteString, real: ByteString, shadowMode: number | null): void {
  mkdirSync(fsPath(path), 0o700);
  mirrorAccess(path, real, shadowMode);
}

/**
 * Gives a directory the access that another real one gives, like `makeMirrorDirectory`. It is private
 * until its mode is final.
 * @returns its mode
 */
export function mirrorAccess(path: ByteString, real: ByteString, shadowMode: number | null): number {
  chmodSync(fsPath(path), 0o700);
  const mode = shadowMode ?? mirroredMode(path, real);
  chmodSync(fsPath(path), mode);
  return mode;
}

/** The mode for a new directory, and its group, where that is permitted. */
function mirroredMode(path: ByteString, real: ByteString): number {
  const { mode, gid } = statSync(fsPath(real));
  const readable = mode & 0o777 & ~WRITE_FOR_GROUP_AND_OTHERS;
  if ((readable & GROUP_AND_OTHERS) === 0) return readable;
  if (hasAccessControlList(real)) return readable & ~GROUP_AND_OTHERS;
  const own = lstatSync(fsPath(path));
  if (own.gid === gid) return readable;
  try {
    chownSync(fsPath(path), own.uid, gid);
    return readable;
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    // Members of either group may now count as group or as others.
    return common(readable);
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
