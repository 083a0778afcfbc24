import { getSystemErrorMap } from 'node:util';
import { textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError, errnoOf } from '../util/errors.js';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on that filesystem and run the command again; nothing half-done is left behind',
  EDQUOT: 'raise the disk quota or free space, and run the command again; nothing half-done is left behind',
  EROFS: 'mount that filesystem read-write and run the command again',
  EACCES: 'check owner and permissions, or run the command as the user that owns the shadow repo',
  EPERM: 'check owner, permissions and attributes (lsattr), or run the command as the user that owns the shadow repo',
  EIO: 'check the disk (dmesg, smartctl) before anything else',
};

/** Linux' number for "disk quota exceeded", which Node does not know by name. */
const EDQUOT = 122;

/** An error about a path that could not be written: says which, why in words, and what to do. */
export function writeFailure(path: ByteString, error: unknown): FsoError {
  if (error instanceof FsoError) return error;
  const number = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  const code = number === -EDQUOT ? 'EDQUOT' : (errnoOf(error) ?? '');
  const words = code === 'EDQUOT' ? 'disk quota exceeded' : getSystemErrorMap().get(number)?.[1];
  const remedy = REMEDIES[code];
  return new FsoError(`${textOfBytes(path)}: cannot be written: ${words ?? String(error)}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
