import { statSync } from 'node:fs';
import { directoryOf } from '../git/durable-file.js';
import { isAtOrBelow } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { mountPointsBelow } from './mount-table.js';

/** What to do about it. */
export const MOUNT_OR_ACCEPT = 'mount its filesystem; if this is how it shall be, run once with --accept-empty';

/** True if a filesystem is mounted at a path. Looking there has an automounter mount it. */
function isMountPoint(path: ByteString): boolean {
  try {
    if (statSync(fsPath(`${path}/.`)).dev !== statSync(fsPath(directoryOf(path))).dev) return true;
  } catch {
    return false;
  }
  // Another directory of the same filesystem may be mounted there.
  return mountPointsBelow(directoryOf(path)).includes(path);
}

/** Of these places, those where nothing is mounted now. */
export function lostMounts(points: readonly ByteString[]): ByteString[] {
  return points.filter((point) => !isMountPoint(point));
}

/**
 * Refuses a realdir whose filesystem is not mounted: what is there instead, most likely an empty directory,
 * must not be recorded.
 * @param points where filesystems were mounted when the realdir was recorded
 * @throws FsoError
 */
export function refuseLostMount(realdir: ByteString, points: readonly ByteString[]): void {
  const [lost] = lostMounts(points.filter((point) => isAtOrBelow(realdir, point)));
  if (lost === undefined) return;
  throw new FsoError(`${textOfBytes(realdir)}: nothing is mounted at ${textOfBytes(lost)}, where a filesystem was before; nothing was recorded`, {
    remedy: MOUNT_OR_ACCEPT,
  });
}
