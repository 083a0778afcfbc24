import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, isAtOrBelow, joinPath, normalPath, textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { relativeTo } from './parts.js';

/**
 * A path that was typed, as records have it: relative to the realdir, without slashes at the end; empty for the realdir itself. An
 * absolute path must be in the realdir.
 * @param from where relative paths start, relative to the realdir
 */
export function recordedPath({ realdir }: Pick<ShadowRepo, 'realdir'>, typed: string, from: ByteString = ''): ByteString {
  const path = bytesOfText(typed);
  const absolute = normalPath(path.startsWith('/') ? path : joinPath(joinPath(realdir, from), path));
  if (isAtOrBelow(absolute, realdir)) return relativeTo(realdir, absolute);
  throw new UsageError(`${typed}: not in ${textOfBytes(realdir)}`, {
    remedy: 'give a path relative to the real directory, or an absolute path in it',
  });
}
