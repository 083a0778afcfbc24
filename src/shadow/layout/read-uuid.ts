import { readStoredText } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** A UUID and a newline have 37. */
const MAX_UUID_BYTES = 256;

/**
 * The text of `fso/uuid`, which identifies a shadow repo; null if there is none, as in repos that were made without one,
 * or if it may not be read: only the owner may look into `fso`, however open the rest is.
 * @throws ForeignFileError if it is no regular file, or too long
 */
export function readUuid(gitDir: ByteString): string | null {
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'], null, () =>
    readStoredText(joinPath(gitDir, 'fso/uuid'), MAX_UUID_BYTES).trim(),
  );
}
