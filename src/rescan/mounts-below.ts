import { statSync } from 'node:fs';
import { directoryOf } from '../git/durable-file.js';
import { isAtOrBelow } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import { FsoError, unlessErrno } from '../util/errors.js';
import { mountPointsBelow } from './mount-table.js';

const GONE = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];

/** What to do about a filesystem that is not mounted. */
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

/** Filesystems that are mounted below a root, or were: one that is missing is not an empty directory. */
export class MountsBelow {
  private readonly points: Set<ByteString>;

  /**
   * @param device the number of the root's device
   * @param before where filesystems were mounted in earlier runs
   */
  constructor(
    private readonly root: ByteString,
    private readonly device: number,
    before: readonly ByteString[],
  ) {
    this.points = new Set([...before, ...mountPointsBelow(root)]);
  }

  /** Where filesystems are mounted, and where they were if something was recorded from them; sorted. */
  worthKeeping(isRecorded: (point: ByteString) => boolean): ByteString[] {
    return [...this.points].filter((point) => isRecorded(point) || isMountPoint(point)).sort();
  }

  /** Where something was recorded from a filesystem, and none is mounted now. */
  lost(isRecorded: (point: ByteString) => boolean): ByteString[] {
    return [...this.points].filter((point) => isRecorded(point) && !isMountPoint(point));
  }

  /** Takes notice of what was mounted since, if this realdir is on it. Returns true if there is anything new. */
  learn(realdir: ByteString): boolean {
    const device = unlessErrno(GONE, this.device, () => statSync(fsPath(realdir)).dev);
    if (device === this.device || this.above(realdir).length > 0) return false;
    const before = this.points.size;
    for (const point of mountPointsBelow(this.root)) this.points.add(point);
    return this.points.size > before;
  }

  /**
   * Refuses a realdir whose filesystem is not mounted: what is there instead, most likely an empty
   * directory, must not be recorded.
   * @throws FsoError
   */
  require(realdir: ByteString): void {
    const lost = this.above(realdir).find((point) => !isMountPoint(point));
    if (lost === undefined) return;
    throw new FsoError(`${textOfBytes(realdir)}: nothing is mounted at ${textOfBytes(lost)}, where a filesystem was before; nothing was recorded`, {
      remedy: MOUNT_OR_ACCEPT,
    });
  }

  private above(realdir: ByteString): ByteString[] {
    return [...this.points].filter((point) => isAtOrBelow(realdir, point));
  }
}
