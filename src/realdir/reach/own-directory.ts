import { lstatSync } from 'node:fs';
import { geteuid } from 'node:process';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

const WRITE_FOR_GROUP_AND_OTHERS = 0o022;

/**
 * True if nobody but root and whoever runs this can put another entry in the place of one of a directory: then an
 * entry is still what lstat(2) has just said. An access control list that lets others write shows in the bits of the group.
 */
export function isOwnDirectory(directory: ByteString): boolean {
  const stat = unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES'], undefined, () => lstatSync(fsPath(directory)));
  if (stat === undefined || (stat.mode & WRITE_FOR_GROUP_AND_OTHERS) !== 0) return false;
  return stat.uid === 0 || stat.uid === geteuid?.();
}
