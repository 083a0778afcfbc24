import { closeSync, fstatSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { placeOf } from '../reach/open-step.js';
import type { Held, Inside } from '../reach/inside.js';
import { using } from '../reach/inside.js';
import { NO_FILE, openHeld, readStart } from '../read/read-bounded.js';

/** The two directories of a repository, as absolute paths: gitrepository-layout(5), `commondir`. */
export interface GitDir {
  /** Holds `HEAD` and the references of one worktree. */
  readonly own: ByteString;
  /** Holds everything else; the same as `own` but for worktrees. */
  readonly common: ByteString;
  readonly inside: Inside;
}

/** A directory may be a repository, but what would tell is where nothing may be looked at. */
export interface LeadsOut {
  readonly leadsOut: string;
}

/** Longer paths are of no use to the kernel. */
const MAX_POINTER_BYTES = 4096;
/** As much of `HEAD` as Git looks at to tell whether it is one. */
const HEAD_BYTES = 255;
const HEAD_PATTERN = /^(?:ref:[ \t\n\r]*refs\/|[0-9a-fA-F]{40})/;

/** Filesystems of the kernel, in which no repository is. */
const KERNEL = /^\/(?:dev|proc|sys)(?:\/|$)/;

function isDirectory(inside: Inside, path: ByteString): boolean {
  return using(inside.hold(path), (fd) => fstatSync(fd).isDirectory()) === true;
}

/** The start of a regular file; null if there is none. */
function startOf(held: Held, maxBytes: number): { text: ByteString; truncated: boolean; owner: number } | null {
  return using(held, (entry) => {
    const stat = fstatSync(entry);
    if (!stat.isFile()) return null;
    const fd = openHeld(entry);
    try {
      const { bytes, truncated } = readStart(fd, maxBytes);
      return { text: bytes.toString('latin1'), truncated, owner: stat.uid };
    } finally {
      closeSync(fd);
    }
  });
}

/** The target of a symbolic link in a directory; null if there is none. */
export function linkIn(inside: Inside, dir: ByteString, name: ByteString): ByteString | null {
  return using(inside.hold(dir), (fd) =>
    unlessErrno([...NO_FILE, 'EINVAL'], null, () => readlinkSync(fsPath(joinPath(placeOf(fd), name)), 'latin1')),
  );
}

function isHead(inside: Inside, own: ByteString): boolean {
  const target = linkIn(inside, own, 'HEAD');
  if (target !== null) return target.startsWith('refs/');
  const head = startOf(inside.hold(joinPath(own, 'HEAD')), HEAD_BYTES);
  return head !== null && HEAD_PATTERN.test(head.text);
}

/** The path in a file that holds nothing else, relative to the directory that the file is in. */
function resolvePointer(content: ByteString, from: ByteString): ByteString {
  const path = content.replace(/[\r\n]+$/, '').replace(/\0[^]*$/, '');
  return path.startsWith('/') ? path : joinPath(from, path);
}

/** Follows a pointer as far as one may look; null if it certainly leads to no repository. */
function follow(inside: Inside, pointer: ByteString, owner: number, what: string): ByteString | LeadsOut | null {
  if (pointer.length > MAX_POINTER_BYTES || KERNEL.test(pointer)) return null;
  const held = inside.hold(pointer);
  if (held !== 'outside') return using(held, () => pointer);
  return inside.admit(pointer, owner) ? pointer : { leadsOut: `${what} leads out of the realdir, where nothing is looked at` };
}

function commonDirOf(inside: Inside, own: ByteString): ByteString | LeadsOut | null {
  const held = inside.hold(joinPath(own, 'commondir'));
  if (held === 'missing' && linkIn(inside, own, 'commondir') === null) return own;
  const pointer = startOf(held, MAX_POINTER_BYTES);
  if (pointer === null || pointer.truncated || pointer.text === '') return null;
  return follow(inside, resolvePointer(pointer.text, own), pointer.owner, 'commondir');
}

/**
 * A directory as a Git directory. Null if Git would not take it for one: it has no valid `HEAD`, or no directories `objects` and `refs`.
 */
export function openGitDir(inside: Inside, own: ByteString): GitDir | LeadsOut | null {
  if (!isHead(inside, own)) return null;
  const common = commonDirOf(inside, own);
  if (typeof common !== 'string') return common;
  const isThere = (name: ByteString): boolean => isDirectory(inside, joinPath(common, name)) || linkIn(inside, common, name) !== null;
  return isThere('objects') && isThere('refs') ? { own, common, inside } : null;
}

/**
 * Finds the Git directory of a work tree: its `.git`, or where the `gitdir:` of a file `.git`
 * leads to. Returns null if there is none. System errors such as EACCES are thrown.
 */
export function findGitDir(inside: Inside): GitDir | LeadsOut | null {
  const dotGit = joinPath(inside.dir, '.git');
  const held = inside.hold(dotGit);
  if (held === 'outside') {
    const target = linkIn(inside, inside.dir, '.git') ?? '';
    return KERNEL.test(target) ? null : { leadsOut: '.git is a symbolic link that leads out of the realdir, where nothing is looked at' };
  }
  if (held === 'missing') return null;
  if (fstatSync(held.fd).isDirectory()) {
    closeSync(held.fd);
    return openGitDir(inside, dotGit);
  }
  const file = startOf(held, MAX_POINTER_BYTES);
  if (file === null || file.truncated) return null;
  const [, pointer] = /^gitdir: ([^\0\r\n][^]*)$/.exec(file.text) ?? [];
  if (pointer === undefined) return null;
  const own = follow(inside, resolvePointer(pointer, inside.dir), file.owner, '.git');
  return typeof own === 'string' ? openGitDir(inside, own) : own;
}
