import { readlinkSync, realpathSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import { openGitDir } from './git-dir.js';
import { lstatEntry } from './lstat.js';
import { NO_FILE, withRegularFile } from './read-bounded.js';

function realPath(path: ByteString): ByteString | null {
  return unlessErrno(NO_FILE, null, () => realpathSync.native(fsPath(path), 'latin1'));
}

/** Where an open file is, all symbolic links resolved; race-free, since it is open already. */
function openedPath(fd: number): ByteString | null {
  return unlessErrno(NO_FILE, null, () => readlinkSync(`/proc/self/fd/${fd}`, 'latin1'));
}

/**
 * True if an open file belongs to the Git directory, or is the file of that name of another one:
 * git-new-workdir and repo share `refs` and `packed-refs` by symbolic links.
 */
function belongsTo(fd: number, gitDir: ByteString, name: ByteString): boolean {
  const path = openedPath(fd);
  const base = realPath(gitDir);
  if (path === null || base === null) return false;
  if (path.startsWith(joinPath(base, ''))) return true;
  return path.endsWith(`/${name}`) && openGitDir(path.slice(0, -name.length - 1)) !== null;
}

/** What became of an attempt to read a file of a repository. */
export type GitFileRead<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'missing' }
  /** There is something that is not read: not a regular file, or not one of the repository. */
  | { readonly kind: 'refused' };

const MISSING = { kind: 'missing' } as const;
const REFUSED = { kind: 'refused' } as const;

/**
 * Opens the regular file `name` below a Git directory and passes its descriptor on. Symbolic links
 * are followed, but not out of Git directories: otherwise the owner of a realdir could have
 * somebody else's file published that looks like a commit id. System errors such as EACCES are
 * thrown.
 */
export function readGitFile<T>(gitDir: ByteString, name: ByteString, read: (fd: number) => T): GitFileRead<T> {
  const path = joinPath(gitDir, name);
  const result = withRegularFile(
    path,
    (fd): GitFileRead<T> => (belongsTo(fd, gitDir, name) ? { kind: 'read', value: read(fd) } : REFUSED),
    { follow: true },
  );
  if (result !== null) return result;
  return unlessErrno(NO_FILE, null, () => lstatEntry(path)) === null ? MISSING : REFUSED;
}
