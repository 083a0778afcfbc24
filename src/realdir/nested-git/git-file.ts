import { closeSync, fstatSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, joinPath } from '../../util/byte-string.js';
import { linkIn, openGitDir } from './git-dir.js';
import type { Inside } from '../reach/inside.js';
import { pathOf, using } from '../reach/inside.js';
import { openHeld } from '../read/read-bounded.js';

/** What became of an attempt to read a file of a repository. */
export type GitFileRead<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'missing' }
  /** There is something that is not read: not a regular file, or not one of the repository. */
  | { readonly kind: 'refused' };

const MISSING = { kind: 'missing' } as const;
const REFUSED = { kind: 'refused' } as const;

/**
 * True if what is held belongs to the Git directory, or is the file of that name of another one:
 * git-new-workdir and repo share `refs` and `packed-refs` by symbolic links.
 */
function belongsTo(fd: number, inside: Inside, gitDir: ByteString, name: ByteString): boolean {
  const path = pathOf(fd);
  const base = using(inside.hold(gitDir), pathOf);
  if (base === null) return false;
  if (path.startsWith(joinPath(base, ''))) return true;
  if (!path.endsWith(`/${name}`)) return false;
  const other = openGitDir(inside, path.slice(0, -name.length - 1));
  return other !== null && 'own' in other;
}

/**
 * Opens the regular file `name` below a Git directory and passes its descriptor on. Symbolic links
 * are followed inside the realdir, but not out of Git directories: otherwise the owner of a realdir could have
 * somebody else's file published that looks like a commit id. System errors such as EACCES are
 * thrown.
 */
export function readGitFile<T>(inside: Inside, gitDir: ByteString, name: ByteString, read: (fd: number) => T): GitFileRead<T> {
  const path = joinPath(gitDir, name);
  const held = inside.hold(path);
  if (held === 'outside') return REFUSED;
  if (held === 'missing') return linkIn(inside, directoryOf(path), baseOf(path)) === null ? MISSING : REFUSED;
  return using(held, (entry): GitFileRead<T> => {
    if (!fstatSync(entry).isFile() || !belongsTo(entry, inside, gitDir, name)) return REFUSED;
    const fd = openHeld(entry);
    try {
      return { kind: 'read', value: read(fd) };
    } finally {
      closeSync(fd);
    }
  }) ?? REFUSED;
}
