import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ByteString } from '../../src/util/byte-string.js';
import { fsPath, joinPath } from '../../src/util/byte-string.js';

/**
 * One entry of a tree: a string or buffer is a regular file with this content; `null` is a directory.
 * `mtime` is in seconds, fractions allowed; `mode` are permission bits.
 */
export type TreeSpecEntry =
  | string
  | Buffer
  | null
  | { readonly file: string | Buffer; readonly mode?: number; readonly mtime?: number }
  | { readonly directory: true; readonly mode?: number; readonly mtime?: number }
  | { readonly sparse: number; readonly mtime?: number }
  | { readonly symlink: ByteString; readonly mtime?: number }
  | { readonly hardlink: ByteString }
  | { readonly fifo: true };

/** Paths are relative byte strings; parents are implied. */
export type TreeSpec = Readonly<Record<ByteString, TreeSpecEntry>>;

/**
 * Creates the files and directories of `spec` below `root` (created if absent) and returns `root`.
 * Modes and mtimes are set last, deepest path first, so that they hold when the function returns.
 */
export function buildTree(root: string, spec: TreeSpec): string {
  fs.mkdirSync(root, { recursive: true });
  const base = Buffer.from(root).toString('latin1');
  for (const [relative, entry] of Object.entries(spec)) create(base, joinPath(base, relative), entry);
  const deepestFirst = Object.entries(spec).sort(([a], [b]) => (a < b ? 1 : -1));
  for (const [relative, entry] of deepestFirst) setModeAndTime(joinPath(base, relative), entry);
  return root;
}

function create(base: ByteString, target: ByteString, entry: TreeSpecEntry): void {
  const at = fsPath(target);
  if (entry === null || (isObject(entry) && 'directory' in entry)) {
    fs.mkdirSync(at, { recursive: true });
    return;
  }
  fs.mkdirSync(fsPath(path.posix.dirname(target)), { recursive: true });
  if (!isObject(entry)) fs.writeFileSync(at, entry);
  else if ('file' in entry) fs.writeFileSync(at, entry.file);
  else if ('symlink' in entry) fs.symlinkSync(fsPath(entry.symlink), at);
  else if ('hardlink' in entry) fs.linkSync(fsPath(joinPath(base, entry.hardlink)), at);
  else if ('fifo' in entry) execFileSync('mkfifo', ['--', Buffer.from(target, 'latin1').toString()]);
  else {
    fs.writeFileSync(at, '');
    fs.truncateSync(at, entry.sparse);
  }
}

function setModeAndTime(target: ByteString, entry: TreeSpecEntry): void {
  if (!isObject(entry)) return;
  if ('mtime' in entry && entry.mtime !== undefined) fs.lutimesSync(fsPath(target), entry.mtime, entry.mtime);
  if ('mode' in entry && entry.mode !== undefined) fs.chmodSync(fsPath(target), entry.mode);
}

function isObject(entry: TreeSpecEntry): entry is Exclude<TreeSpecEntry, string | Buffer | null> {
  return typeof entry === 'object' && entry !== null && !Buffer.isBuffer(entry);
}
