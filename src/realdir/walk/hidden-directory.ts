import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { DirectoryCursor } from './directory-cursor.js';
import type { Identity } from './identity.js';
import { same } from './identity.js';

/** A directory is there, but the filesystem says that it does not exist when it is entered or listed. */
export class HiddenDirectoryError extends FsoError {
  override readonly name = 'HiddenDirectoryError';

  constructor(cause?: unknown) {
    super('the directory is there, but the filesystem denies it when it is to be listed', { remedy: 'check the filesystem', cause });
  }
}

/**
 * To be called when entering or listing a subdirectory of the cursor's directory found nothing: it may have
 * vanished, then nothing happens.
 * @throws HiddenDirectoryError if it is still there
 */
export function confirmGone(cursor: DirectoryCursor, name: ByteString, expected: Identity, cause?: unknown): void {
  const now = cursor.lstat(name);
  if (now?.kind === 'directory' && same(now, expected)) throw new HiddenDirectoryError(cause);
}

/** Enters a subdirectory of the cursor's directory; false if it has vanished. System errors are thrown. @throws HiddenDirectoryError */
export function descendUnlessGone(cursor: DirectoryCursor, name: ByteString, expected: Identity): boolean {
  if (cursor.descend(name, expected)) return true;
  confirmGone(cursor, name, expected);
  return false;
}
