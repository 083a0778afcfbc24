import { closeSync, constants, openSync } from 'node:fs';
import { accessItself } from '../../util/process/access.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { runHelper } from '../../util/process/run-helper.js';

export interface ImmutableState {
  readonly immutable: boolean;
  /** Why it is not known; `immutable` is false then. */
  readonly warning?: string;
}

const LSATTR_TIMEOUT_MS = 10_000;
const NOT_IMMUTABLE: ImmutableState = { immutable: false };

function unknown(reason: string): ImmutableState {
  return { immutable: false, warning: `cannot tell whether it is immutable: ${reason}` };
}

function askLsattr(dir: ByteString): ImmutableState {
  const fd = openSync(fsPath(joinPath(dir, '.')), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    // Arguments of a child process are text; the descriptor stands for a path of any bytes.
    const child = runHelper('lsattr', ['-d', '/proc/self/fd/3/.'], fd, LSATTR_TIMEOUT_MS);
    if (child === null) return unknown('lsattr is not installed');
    if (child.error !== undefined) return unknown(`lsattr: ${errnoOf(child.error) ?? child.error.message}`);
    const [, flags] = /^([-A-Za-z]+) /.exec(child.stdout) ?? [];
    if (child.status !== 0 || flags === undefined) return unknown(child.stderr.trim() || 'lsattr failed');
    return { immutable: flags.includes('i') };
  } finally {
    closeSync(fd);
  }
}

/**
 * Tells whether a directory has the immutable attribute: chattr(1), `i`. Never throws for a system
 * error: what cannot be told is false, with a warning.
 *
 * Linux refuses to write to an immutable inode with EPERM before it looks at permissions (EACCES),
 * so access(2) answers for every user. On a filesystem that is mounted read-only it says EROFS
 * first; only there a child process, `lsattr`, is asked, for the ioctl that Node does not have.
 */
export function readImmutable(dir: ByteString): ImmutableState {
  try {
    accessItself(dir, constants.W_OK);
    return NOT_IMMUTABLE;
  } catch (error) {
    switch (errnoOf(error)) {
      case 'EPERM':
        return { immutable: true };
      case 'EACCES':
      case 'ENOENT':
      case 'ENOTDIR':
        return NOT_IMMUTABLE;
      case 'EROFS':
        break;
      default:
        return unknown(reasonOf(error));
    }
  }
  try {
    return askLsattr(dir);
  } catch (error) {
    return unknown(reasonOf(error));
  }
}
