import { statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import { lstatEntry } from './lstat.js';
import { NO_FILE, readBounded } from './read-bounded.js';
import { readSymlink } from './read-symlink.js';

/** The two directories of a repository: gitrepository-layout(5), `commondir`. */
export interface GitDir {
  /** Holds `HEAD` and the references of one worktree. */
  readonly own: ByteString;
  /** Holds everything else; the same as `own` but for worktrees. */
  readonly common: ByteString;
}

/** Longer paths are of no use to the kernel. */
const MAX_POINTER_BYTES = 4096;
/** As much of `HEAD` as Git looks at to tell whether it is one. */
const HEAD_BYTES = 255;
const HEAD_PATTERN = /^(?:ref:[ \t\n\r]*refs\/|[0-9a-fA-F]{40})/;

/** Follows symbolic links; something that cannot be reached is no directory. EACCES is thrown. */
function isDirectory(path: ByteString): boolean {
  return unlessErrno(NO_FILE, false, () => statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true);
}

function isHead(path: ByteString): boolean {
  const kind = unlessErrno(NO_FILE, undefined, () => lstatEntry(path)?.kind);
  if (kind === 'symlink') return readSymlink(path)?.startsWith('refs/') === true;
  const head = readBounded(path, HEAD_BYTES);
  return head !== null && HEAD_PATTERN.test(head.bytes.toString('latin1'));
}

/** The path in a file that holds nothing else, relative to the directory that the file is in. */
function resolvePointer(content: ByteString, from: ByteString): ByteString {
  const path = content.replace(/[\r\n]+$/, '').replace(/\0[^]*$/, '');
  return path.startsWith('/') ? path : joinPath(from, path);
}

function commonDirOf(own: ByteString): ByteString | null {
  const path = joinPath(own, 'commondir');
  if (unlessErrno(NO_FILE, null, () => lstatEntry(path)) === null) return own;
  const pointer = readBounded(path, MAX_POINTER_BYTES, { follow: true });
  if (pointer === null || pointer.truncated || pointer.bytes.length === 0) return null;
  return resolvePointer(pointer.bytes.toString('latin1'), own);
}

/**
 * Opens a directory as a Git directory. Returns null if Git would not take it for one: it has no
 * valid `HEAD`, or no directories `objects` and `refs`. System errors such as EACCES are thrown.
 */
export function openGitDir(own: ByteString): GitDir | null {
  if (!isHead(joinPath(own, 'HEAD'))) return null;
  const common = commonDirOf(own);
  if (common === null || !isDirectory(joinPath(common, 'objects')) || !isDirectory(joinPath(common, 'refs'))) {
    return null;
  }
  return { own, common };
}

/**
 * Finds the Git directory of a work tree: its `.git`, or where the `gitdir:` of a file `.git`
 * leads to. Returns null if there is none. System errors such as EACCES are thrown.
 */
export function findGitDir(workTree: ByteString): GitDir | null {
  const dotGit = joinPath(workTree, '.git');
  if (isDirectory(dotGit)) return openGitDir(dotGit);
  const file = readBounded(dotGit, MAX_POINTER_BYTES, { follow: true });
  if (file === null || file.truncated) return null;
  const [, pointer] = /^gitdir: ([^\0\r\n][^]*)$/.exec(file.bytes.toString('latin1')) ?? [];
  return pointer === undefined ? null : openGitDir(resolvePointer(pointer, workTree));
}
