import { readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** The target of a symbolic link; null if there is no link any more. */
export function readSymlink(path: ByteString): ByteString | null {
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EINVAL'], null, () => readlinkSync(fsPath(path), 'latin1'));
}
