import { closeSync, fstatSync, readFileSync } from 'node:fs';
import type { HeldRealdir } from '../../realdir/reach/held-realdir.js';
import { holdRealdir } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';

/** proc(5), /proc/pid/fdinfo: which mount an open file was reached through; empty where that is not told. */
function mountIdOf(fd: number): string {
  const info = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? '';
}

/** Takes hold of a realdir; null if it is missing or cannot be reached. @throws LinkError if a symbolic link is in the way */
function hold(path: ByteString, root: ByteString): number | null {
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'], null, () => holdRealdir(path, { root, entersFuse: true }));
}

/**
 * Holds on to the filesystem of a realdir while it is recorded. An ordinary umount is refused as
 * long as that lasts; one that succeeds nevertheless (`umount -l`, a filesystem mounted on top) is
 * noticed: the held mount keeps its number, so that no other mount can have the same one.
 */
export class MountHold {
  private readonly path: ByteString;
  /** What is held for that; null if the realdir of a run is, which whoever reached it releases. */
  private readonly own: number | null;
  private readonly fd: number | null;
  private readonly existed: boolean;

  /**
   * @param root the root, which is held if the realdir is missing or cannot be reached
   * @param reached the realdir, if it is held already
   * @throws LinkError if a symbolic link is in the way
   */
  constructor(
    private readonly root: ByteString,
    private readonly realdir: ByteString,
    reached: HeldRealdir | null = null,
  ) {
    const lent = reached?.fd ?? null;
    const fd = lent ?? hold(realdir, root);
    this.existed = fd !== null;
    this.path = fd === null ? root : realdir;
    this.fd = fd ?? hold(root, root);
    this.own = lent === null ? this.fd : null;
  }

  /** @throws FsoError if the realdir is not where it was, so that what was seen may be of something else */
  confirm(): void {
    if (this.exists() !== this.existed || this.isElsewhere()) {
      throw new FsoError(`${textOfBytes(this.realdir)}: was mounted, unmounted, created or removed while it was read`, {
        remedy: 'nothing was recorded; the next run will look again',
      });
    }
  }

  /** Lets the filesystem go. */
  release(): void {
    if (this.own !== null) closeSync(this.own);
  }

  private exists(): boolean {
    const fd = hold(this.realdir, this.root);
    if (fd !== null) closeSync(fd);
    return fd !== null;
  }

  private isElsewhere(): boolean {
    if (this.fd === null) return false;
    const now = hold(this.path, this.root);
    if (now === null) return true;
    try {
      return mountIdOf(now) !== mountIdOf(this.fd) || fstatSync(now).dev !== fstatSync(this.fd).dev;
    } finally {
      closeSync(now);
    }
  }
}
