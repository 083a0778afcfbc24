import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { isShadowName } from './locate.js';

const NOT_THERE = ['ENOENT', 'ENOTDIR'];

/** Names in a directory; none if it is not there. */
export function namesIn(directory: ByteString): ByteString[] {
  return unlessErrno(NOT_THERE, [], () => readdirSync(fsPath(directory), 'latin1'));
}

/** Names in a directory; none if it is not there or may not be read. */
export function readableNamesIn(directory: ByteString): ByteString[] {
  return unlessErrno([...NOT_THERE, 'EACCES'], [], () => readdirSync(fsPath(directory), 'latin1'));
}

/** Names of the directories in a directory, symlinks to directories not among them; none if it is not there. */
export function subdirectoriesIn(directory: ByteString): ByteString[] {
  const entries = unlessErrno(NOT_THERE, [], () => readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true }));
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** A directory and all directories below it, parents first. */
export function directoriesBelow(directory: ByteString): ByteString[] {
  const found = [directory];
  for (const place of found) {
    const entries = unlessErrno(NOT_THERE, [], () => readdirSync(fsPath(place), { encoding: 'latin1', withFileTypes: true }));
    for (const entry of entries) if (entry.isDirectory()) found.push(joinPath(place, entry.name));
  }
  return found;
}

/** True for a directory, and for a symlink to one. */
export function isDirectory(path: ByteString): boolean {
  return unlessErrno(NOT_THERE, false, () => statSync(fsPath(path)).isDirectory());
}

/**
 * True for a directory in a mirror that is named like a shadow repo, but not if it mirrors itself a realdir of such a name, which
 * anybody can make: then it holds directories, of which none is `.git`. Whether it can be used as a shadow repo, the gate tells.
 */
export function isShadowRepoIn(mirror: ByteString, name: ByteString): boolean {
  if (!isShadowName(name)) return false;
  const path = joinPath(mirror, name);
  try {
    if (lstatSync(fsPath(joinPath(path, '.git')), { throwIfNoEntry: false }) !== undefined) return true;
    const entries = readdirSync(fsPath(path), { encoding: 'latin1', withFileTypes: true });
    return entries.length === 0 || !entries.every((entry) => entry.isDirectory());
  } catch {
    // The repo that cannot be looked at fails when it is opened, and alone; here it would fail all that are listed with it.
    return true;
  }
}
