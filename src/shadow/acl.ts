import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath } from '../util/byte-string.js';

/**
 * True if a directory has an access control list, or if that cannot be found out. Node has no call
 * for it; `ls` marks such directories with a plus. The directory is handed over as a descriptor,
 * so that `ls` sees neither its name nor another directory that took its place.
 */
export function hasAccessControlList(directory: ByteString): boolean {
  let fd: number;
  try {
    fd = openSync(fsPath(directory), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return true;
  }
  try {
    const ls = spawnSync('ls', ['-ldn', '/proc/self/fd/3/.'], {
      stdio: ['ignore', 'pipe', 'ignore', fd],
      encoding: 'latin1',
    });
    return ls.status !== 0 || !/^d[-rwxsStT]{9}[. ]/.test(ls.stdout);
  } finally {
    closeSync(fd);
  }
}
