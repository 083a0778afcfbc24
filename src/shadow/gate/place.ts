import { realpathSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { isAtOrBelow } from '../layout/locate.js';

const UNREACHABLE = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];

/**
 * Refuses a directory below an observed root, since what is there belongs to others, and one that is reached by a
 * symbolic link below the shadow root, since nobody but a stranger makes one there.
 * @param directory absolute path, as it was named
 * @throws FsoError
 */
export function requirePlace(directory: ByteString, shadowRoot: ByteString | null, roots: readonly ByteString[]): void {
  const real = realOf(directory) ?? directory;
  if (shadowRoot !== null) {
    const realRoot = realOf(shadowRoot) ?? shadowRoot;
    if (isAtOrBelow(directory, shadowRoot) && real !== realRoot + directory.slice(shadowRoot.length)) {
      throw new FsoError(`${textOfBytes(directory)}: is reached by a symbolic link below the shadow root`, {
        remedy: `find out who made the link; what it leads to is ${textOfBytes(real)}`,
      });
    }
    if (isAtOrBelow(real, realRoot)) return;
  }
  for (const root of roots) {
    if (!isAtOrBelow(real, realOf(root) ?? root)) continue;
    throw new FsoError(`${textOfBytes(directory)}: is below ${textOfBytes(root)}, which is observed, so it is not used as a shadow repo`, {
      remedy: 'change to the shadow repo itself, or name it with -C; git-fso list --json tells where it is',
    });
  }
}

/** Null if it cannot be found out. */
function realOf(path: ByteString): ByteString | null {
  return unlessErrno(UNREACHABLE, null, () => realpathSync(fsPath(path), 'latin1'));
}
