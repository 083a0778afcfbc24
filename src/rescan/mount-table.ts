import { readFileSync, realpathSync } from 'node:fs';
import { isAtOrBelow } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';

/** A mounted filesystem: proc_pid_mountinfo(5). */
export interface Mount {
  readonly type: string;
  readonly source: string;
  /** Directory of the filesystem that is mounted. */
  readonly root: string;
}

/** All mounts with the places where they are, in the order in which they were made; none where the system does not tell. */
function* readMounts(): Generator<{ readonly point: ByteString; readonly mount: Mount }> {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return;
  }
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ');
    const [, , , root, point] = (left ?? '').split(' ');
    const [type, source] = (right ?? '').split(' ');
    if (root === undefined || point === undefined || type === undefined || source === undefined) continue;
    yield { point: unescape(point), mount: { type, source: unescape(source), root: unescape(root) } };
  }
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
  let found: { readonly point: ByteString; readonly mount: Mount } | null = null;
  for (const each of real === null ? [] : readMounts()) {
    // Of mounts on the same point the last one covers the others.
    if (isAtOrBelow(real ?? '', each.point) && (found === null || each.point.length >= found.point.length)) found = each;
  }
  return found?.mount ?? null;
}

/** Where filesystems are mounted below a directory, sorted; as paths that begin with the directory as it was given. */
export function mountPointsBelow(directory: ByteString): ByteString[] {
  const real = realPath(directory);
  const points = new Set<ByteString>();
  for (const { point } of real === null ? [] : readMounts()) {
    if (real === null || point === real || !isAtOrBelow(point, real)) continue;
    points.add(directory.replace(/\/$/, '') + (real === '/' ? point : point.slice(real.length)));
  }
  return [...points].sort();
}
