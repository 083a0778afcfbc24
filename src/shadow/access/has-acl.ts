import type { BigIntStats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { runHelper } from '../../util/process/run-helper.js';

/** Answers by what changes when an access control list does: many repos are below the same directories. */
const known = new Map<string, boolean>();

/** A daemon runs for months. */
const KNOWN_MAX = 10_000;

/** Two changes within the grain of the clock have the same time. */
const SETTLED_MS = 1000;

/**
 * True if a directory has an access control list, or if that cannot be found out. Node has no call
 * for it; `ls` marks such directories with a plus. The directory is handed over as a descriptor,
 * so that `ls` sees neither its name nor another directory that took its place.
 */
export function hasAccessControlList(directory: ByteString): boolean {
  let fd: number;
  try {
    fd = openSync(fsPath(directory), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return true;
  }
  try {
    const stat = fstatSync(fd, { bigint: true });
    const key = keyOf(stat);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const answer = askLs(fd);
    if (known.size >= KNOWN_MAX) known.clear();
    if (Date.now() - Number(stat.ctimeMs) > SETTLED_MS) known.set(key, answer);
    return answer;
  } finally {
    closeSync(fd);
  }
}

function keyOf({ dev, ino, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${ctimeNs}`;
}

function askLs(fd: number): boolean {
  const ls = runHelper('ls', ['-ldn', '/proc/self/fd/3/.'], fd);
  return ls?.status !== 0 || !/^d[-rwxsStT]{9}[. ]/.test(ls.stdout);
}
