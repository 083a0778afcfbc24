import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';

/** Mode of what is for nobody else: locks, temporary files, state. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;

const SET_GROUP_ID = 0o2000;

/**
 * The mode of a new file: as open as its directory, whatever the umask says, and never writable or executable
 * for group and others. Git does the same where core.sharedRepository names a mode.
 */
export function fileModeIn(directory: ByteString): number {
  return fileModeOf(statSync(fsPath(directory)).mode);
}

/** The mode of files in a directory of this mode. */
export function fileModeOf(directoryMode: number): number {
  return PRIVATE_FILE | (directoryMode & 0o044);
}

/** The mode of a new file that nobody may write any more, such as a pack. */
export function readOnlyModeIn(directory: ByteString): number {
  return fileModeIn(directory) & 0o444;
}

/** The mode of a new directory: as open as the one that it is in, never writable for group and others. */
export function directoryModeIn(directory: ByteString): number {
  return PRIVATE_DIRECTORY | (statSync(fsPath(directory)).mode & 0o055);
}

/**
 * Creates a directory with exactly these permission bits, whatever the umask says. It is private until then, and
 * keeps the set-group-ID bit if it has got that from its parent.
 */
export function makeDirectory(path: ByteString, mode: number): void {
  mkdirSync(fsPath(path), PRIVATE_DIRECTORY);
  changeMode(path, mode);
}

/** Changes the permission bits of a directory, and keeps its set-group-ID bit. */
export function changeMode(path: ByteString, mode: number): void {
  const before = lstatSync(fsPath(path)).mode & 0o7777;
  const wanted = mode | (before & SET_GROUP_ID);
  if (before !== wanted) chmodSync(fsPath(path), wanted);
}
