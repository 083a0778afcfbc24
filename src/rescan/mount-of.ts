import { readFileSync, realpathSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';
import { isAtOrBelow } from '../shadow/locate.js';

/** The mounted filesystem that a path is on: proc_pid_mountinfo(5). */
export interface Mount {
  readonly type: string;
  readonly source: string;
  /** Directory of the filesystem that is mounted. */
  readonly root: string;
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The mount that contains a path; null where the system does not tell. */
export function mountOf(path: ByteString): Mount | null {
  let text: string;
  let real: ByteString;
  try {
    text = readFileSync('/proc/self/mountinfo', 'latin1');
    real = realpathSync(fsPath(path), 'latin1');
  } catch {
    return null;
  }
  let found: { readonly point: string; readonly mount: Mount } | null = null;
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ');
    const [, , , root, point] = (left ?? '').split(' ');
    const [type, source] = (right ?? '').split(' ');
    if (root === undefined || point === undefined || type === undefined || source === undefined) continue;
    const at = unescape(point);
    // Of mounts on the same point the last one covers the others.
    if (!isAtOrBelow(real, at) || (found !== null && at.length < found.point.length)) continue;
    found = { point: at, mount: { type, source: unescape(source), root: unescape(root) } };
  }
  return found?.mount ?? null;
}
