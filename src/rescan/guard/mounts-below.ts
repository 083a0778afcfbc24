import { fstatSync } from 'node:fs';
import { lstatEntry } from '../../realdir/stat/lstat.js';
import type { HeldRealdir } from '../../realdir/reach/held-realdir.js';
import { withRealdir } from '../../realdir/reach/reach.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { mountPointsBelow } from '../../shadow/mounts/mount-table.js';

const GONE = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];

/** What to do about a filesystem that is not mounted. */
export const MOUNT_OR_ACCEPT = 'mount its filesystem; if this is how it shall be, run once with --accept-empty';

/** True if a filesystem is mounted at a path below a root. Looking there has an automounter mount it. */
function isMountPoint(path: ByteString, root: ByteString): boolean {
  // The table tells of another directory of the same filesystem, too, and asks no filesystem that may hang.
  if (mountPointsBelow(root).includes(path)) return true;
  try {
    return withRealdir(path, { root, entersFuse: true }, (place) => lstatEntry(`${place}/.`)?.dev !== lstatEntry(`${place}/..`)?.dev);
  } catch {
    return false;
  }
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
    return [...this.points].filter((point) => isRecorded(point) || isMountPoint(point, this.root)).sort();
  }

  /** Where something was recorded from a filesystem, and none is mounted now. */
  lost(isRecorded: (point: ByteString) => boolean): ByteString[] {
    return [...this.points].filter((point) => isRecorded(point) && !isMountPoint(point, this.root));
  }

  /**
   * Takes notice of what was mounted since, if this realdir, which may be held already, is on it. Returns true if there is anything new.
   */
  learn(realdir: ByteString, held?: HeldRealdir): boolean {
    const device = unlessErrno(GONE, this.device, () =>
      withRealdir(realdir, { root: this.root, entersFuse: true, held }, (_, fd) => fstatSync(fd).dev),
    );
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
    const lost = this.above(realdir).find((point) => !isMountPoint(point, this.root));
    if (lost === undefined) return;
    throw new FsoError(
      `${textOfBytes(realdir)}: nothing is mounted at ${textOfBytes(lost)}, where a filesystem was before; nothing was recorded`,
      {
        remedy: MOUNT_OR_ACCEPT,
      },
    );
  }

  private above(realdir: ByteString): ByteString[] {
    return [...this.points].filter((point) => isAtOrBelow(realdir, point));
  }
}
