import { readFileSync, realpathSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { isAtOrBelow } from '../layout/locate.js';

/** A mounted filesystem: proc_pid_mountinfo(5). */
export interface Mount {
  readonly type: string;
  readonly source: string;
  /** Directory of the filesystem that is mounted. */
  readonly root: string;
}

/** A mount with the place where it is. */
interface TableEntry {
  readonly id: string;
  /** The mount that its place is on. */
  readonly parent: string;
  /** Major and minor number of the filesystem. */
  readonly device: string;
  readonly point: ByteString;
  readonly mount: Mount;
}

/** How long a table may be taken for what it is where nothing depends on what was mounted since, in milliseconds. */
const RECENT_MS = 1000;
let recent = { text: '', until: 0 };

function readTable(): string {
  const text = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync('/proc/self/mountinfo', 'latin1'));
  recent = { text, until: performance.now() + RECENT_MS };
  return text;
}

/** The table as it was within the last second: the kernel makes it anew each time it is read. */
function recentTable(): string {
  return performance.now() < recent.until ? recent.text : readTable();
}

/** All mounts in the order in which they were made; none where the system does not tell. */
function readMounts(text = readTable()): TableEntry[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ');
    const [id, parent, device, root, point] = (left ?? '').split(' ');
    const [type, source] = (right ?? '').split(' ');
    if (id === undefined || parent === undefined || device === undefined || root === undefined || point === undefined) return [];
    if (type === undefined || source === undefined) return [];
    return [{ id, parent, device, point: unescape(point), mount: { type, source: unescape(source), root: unescape(root) } }];
  });
}

/** True if the same files would be there without the mount, as where a service may only read a directory. */
function isOnItself({ device, point, mount }: TableEntry, parent: TableEntry | undefined): boolean {
  if (parent?.device !== device) return false;
  return joinPath(parent.mount.root, relativePath(point, parent.point)).replace(/\/$/, '') === mount.root.replace(/\/$/, '');
}

/** The path from one directory to another one at or below it. */
function relativePath(path: ByteString, ancestor: ByteString): ByteString {
  return path.slice(ancestor.length).replace(/^\//, '');
}

/** As the kernel writes paths there; some escape the hash, too. */
function escape(path: ByteString): string {
  return path.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The path without symbolic links; null if it does not exist. */
function realPath(path: ByteString): ByteString | null {
  try {
    return realpathSync(fsPath(path), 'latin1');
  } catch {
    return null;
  }
}

/** The mount that contains a path; null where the system does not tell. */
export function mountOf(path: ByteString): Mount | null {
  const real = realPath(path);
  return real === null ? null : (entryOf(readMounts(), real)?.mount ?? null);
}

/** The mount that covers a path without symbolic links. */
function entryOf(mounts: readonly TableEntry[], path: ByteString): TableEntry | null {
  let found: TableEntry | null = null;
  for (const each of mounts) {
    // Of mounts on the same point the last one covers the others.
    if (isAtOrBelow(path, each.point) && (found === null || each.point.length >= found.point.length)) found = each;
  }
  return found;
}

/** Where a directory is on its filesystem, whatever it is mounted at. */
export interface MountedAt {
  /** Major and minor number of the filesystem. */
  readonly device: string;
  /** The path within the filesystem. */
  readonly path: ByteString;
  /** The absolute path. */
  readonly point: ByteString;
}

/** Where directories are on their filesystems; their paths are without symbolic links. */
export interface MountedDirectories {
  /** Null where the system does not tell. */
  find(path: ByteString): MountedAt | null;
  /** The filesystems that are mounted below a directory. */
  below(directory: ByteString): MountedAt[];
}

/** The filesystems that are mounted now. */
export function mountedAt(): MountedDirectories {
  const mounts = readMounts();
  const place = ({ device, mount, point }: TableEntry, path: ByteString): MountedAt => {
    const rest = relativePath(path, point);
    return { device, path: rest === '' ? mount.root : `${mount.root === '/' ? '' : mount.root}/${rest}`, point: path };
  };
  return {
    find: (path) => {
      const entry = entryOf(mounts, path);
      return entry === null ? null : place(entry, path);
    },
    below: (directory) =>
      mounts.filter(({ point }) => point !== directory && isAtOrBelow(point, directory)).map((entry) => place(entry, entry.point)),
  };
}

/** Where other filesystems are mounted below a directory, sorted; as paths that begin with the directory as it was given. */
export function mountPointsBelow(directory: ByteString): ByteString[] {
  const real = realPath(directory);
  return real === null ? [] : mountPointsIn(real).map((point) => joinPath(directory, point));
}

/**
 * Where other filesystems are mounted below a directory, sorted; relative to it, whose path is without symbolic links.
 * @param isRecentEnough what was mounted or unmounted within the last second may be missed
 */
export function mountPointsIn(real: ByteString, isRecentEnough = false): ByteString[] {
  const text = isRecentEnough ? recentTable() : readTable();
  // Nothing is mounted below most directories; to see that costs a fraction of parsing.
  if (real !== '/' && !real.includes('#') && !text.includes(` ${escape(real)}/`)) return [];
  const mounts = readMounts(text);
  const byId = new Map(mounts.map((entry) => [entry.id, entry]));
  const below = mounts.filter(
    (entry) => entry.point !== real && isAtOrBelow(entry.point, real) && !isOnItself(entry, byId.get(entry.parent)),
  );
  return [...new Set(below.map(({ point }) => relativePath(point, real)))].sort();
}
