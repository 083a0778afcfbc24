import { readFileSync, realpathSync } from 'node:fs';
import { isAtOrBelow } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';

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

/** All mounts in the order in which they were made; none where the system does not tell. */
function readMounts(): TableEntry[] {
  const text = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync('/proc/self/mountinfo', 'latin1'));
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
  let found: TableEntry | null = null;
  for (const each of real === null ? [] : readMounts()) {
    // Of mounts on the same point the last one covers the others.
    if (isAtOrBelow(real ?? '', each.point) && (found === null || each.point.length >= found.point.length)) found = each;
  }
  return found?.mount ?? null;
}

/** Where other filesystems are mounted below a directory, sorted; as paths that begin with the directory as it was given. */
export function mountPointsBelow(directory: ByteString): ByteString[] {
  const real = realPath(directory);
  if (real === null) return [];
  const mounts = readMounts();
  const byId = new Map(mounts.map((entry) => [entry.id, entry]));
  const below = mounts.filter((entry) => entry.point !== real && isAtOrBelow(entry.point, real) && !isOnItself(entry, byId.get(entry.parent)));
  return [...new Set(below.map(({ point }) => joinPath(directory, relativePath(point, real))))].sort();
}
