import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';

/**
 * A path that was typed, as records have it: relative to the realdir, without slashes at the end;
 * empty for the realdir itself. An absolute path must be in the realdir.
 */
export function recordedPath(repo: ShadowRepo, typed: string): ByteString {
  const path = bytesOfText(typed);
  const components = path.split('/').filter((component) => component !== '' && component !== '.');
  const top = path.startsWith('/') ? repo.realdir.split('/').filter((component) => component !== '') : [];
  const isInside = top.every((component, index) => components[index] === component);
  if (!isInside || components.includes('..')) {
    throw new UsageError(`${typed}: not in ${textOfBytes(repo.realdir)}`, {
      remedy: 'give a path relative to the real directory, or an absolute path in it',
    });
  }
  return components.slice(top.length).join('/');
}
