import { readdirSync, statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';

const NOT_THERE = ['ENOENT', 'ENOTDIR'];

/** Names in a directory; none if it is not there. */
export function namesIn(directory: ByteString): ByteString[] {
  return unlessErrno(NOT_THERE, [], () => readdirSync(fsPath(directory), 'latin1'));
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
