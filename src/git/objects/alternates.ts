import { posix } from 'node:path';
import { joinPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { unquotePath } from './quoted-path.js';
import { ForeignFileError, readStoredText } from '../../storage/stored-file.js';

/** How deep alternates of alternates are followed, as in Git: what it sees must be what was looked at before. */
const DEPTH_MAX = 6;
/** What starts with a double quote, but is none of Git's quoted paths, Git takes apart in ways of its own. */
const PLAIN_OR_QUOTED = /^(?!")|^"(?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*"$/s;
const MAX_LIST_BYTES = 1 << 20;
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
  const file = `${objectsDir}/info/alternates`;
  const text = unlessErrno(NO_FILE, '', () => readStoredText(file, MAX_LIST_BYTES));
  // Git reads up to the first NUL, too.
  for (const line of text.replace(/\0[^]*$/, '').split('\n')) {
    if (!PLAIN_OR_QUOTED.test(line)) throw new ForeignFileError(file, `has a line that is no path: ${JSON.stringify(line.slice(0, 100))}`);
    const path = unquotePath(line);
    if (path === '' || path.includes('\0') || line.startsWith('#')) continue;
    // In one form only, or a list that names its own directory in many ways would be followed many times.
    const dir = posix.normalize(path.startsWith('/') ? path : joinPath(objectsDir, path)).replace(/(?<=.)\/$/, '');
    if (found.has(dir)) continue;
    found.add(dir);
    addAlternates(dir, depth + 1, found);
  }
}
