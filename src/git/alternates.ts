import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fsPath, joinPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import { unquotePath } from './quoted-path.js';

/** How deep alternates of alternates are followed, as in Git. */
const DEPTH_MAX = 5;
/** What leads nowhere is passed over, as Git does. */
const NO_FILE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EISDIR'];

/**
 * The other objects directories that `objects/info/alternates` names (gitrepository-layout(5)), with
 * theirs in turn; without `objectsDir` itself. A repository made by `git clone --shared` has them.
 */
export function alternateDirs(objectsDir: ByteString): ByteString[] {
  const found = new Set([objectsDir]);
  addAlternates(objectsDir, 1, found);
  found.delete(objectsDir);
  return [...found];
}

function addAlternates(objectsDir: ByteString, depth: number, found: Set<ByteString>): void {
  if (depth > DEPTH_MAX) return;
  const list = unlessErrno(NO_FILE, '', () => readFileSync(fsPath(`${objectsDir}/info/alternates`), 'latin1'));
  for (const line of list.split('\n')) {
    const path = unquotePath(line);
    if (path === '' || path.includes('\0') || line.startsWith('#')) continue;
    // In one form only, or a list that names its own directory in many ways would be followed many times.
    const dir = posix.normalize(path.startsWith('/') ? path : joinPath(objectsDir, path)).replace(/(?<=.)\/$/, '');
    if (found.has(dir)) continue;
    found.add(dir);
    addAlternates(dir, depth + 1, found);
  }
}
