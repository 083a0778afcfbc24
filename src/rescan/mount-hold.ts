import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../util/errors.js';

/** proc(5), /proc/pid/fdinfo: which mount an open file was reached through; empty where that is not told. */
function mountIdOf(fd: number): string {
  const info = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? '';
}

function openDirectory(path: ByteString): number | null {
  try {
    return openSync(fsPath(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

function exists(path: ByteString): boolean {
  return statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Holds on to the filesystem of a realdir while it is recorded. An ordinary umount is refused as
 * long as that lasts; one that succeeds nevertheless (`umount -l`, a filesystem mounted on top) is
 * noticed: the held mount keeps its number, so that no other mount can have the same one.
 */
export class MountHold {
  private readonly path: ByteString;
  private readonly fd: number | null;
  private readonly existed: boolean;

  /** @param root the root, which is held if the realdir is missing or cannot be opened */
  constructor(
    root: ByteString,
    private readonly realdir: ByteString,
  ) {
    this.existed = exists(realdir);
    const fd = openDirectory(realdir);
    this.path = fd === null ? root : realdir;
    this.fd = fd ?? openDirectory(root);
  }

  /** @throws FsoError if the realdir is not where it was, so that what was seen may be of something else */
  confirm(): void {
    if (exists(this.realdir) !== this.existed || this.isElsewhere()) {
      throw new FsoError(`${textOfBytes(this.realdir)}: was mounted, unmounted, created or removed while it was read`, {
        remedy: 'nothing was recorded; the next run will look again',
      });
    }
  }

  /** Lets the filesystem go. */
  release(): void {
    if (this.fd !== null) closeSync(this.fd);
  }

  private isElsewhere(): boolean {
    if (this.fd === null) return false;
    const now = openDirectory(this.path);
    if (now === null) return true;
    try {
      return mountIdOf(now) !== mountIdOf(this.fd) || fstatSync(now).dev !== fstatSync(this.fd).dev;
    } finally {
      closeSync(now);
    }
  }
}
