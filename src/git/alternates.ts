import { readFileSync } from 'node:fs';
import { fsPath, joinPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import { unquotePath } from './quoted-path.js';

/** How deep alternates of alternates are followed, as in Git. */
const DEPTH_MAX = 5;

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
  const list = unlessErrno(['ENOENT', 'ENOTDIR'], '', () => readFileSync(fsPath(`${objectsDir}/info/alternates`), 'latin1'));
  for (const line of list.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const path = unquotePath(line).replace(/\/+$/, '');
    const dir = path.startsWith('/') ? path : joinPath(objectsDir, path);
    if (found.has(dir)) continue;
    found.add(dir);
    addAlternates(dir, depth + 1, found);
  }
}
