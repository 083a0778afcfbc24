import { closeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { ByteString } from '../../util/byte-string.js';
import { workingDirectory } from '../../util/process/working-directory.js';
import { changeDirectory, changeToFirst, changeToOpen } from './change-directory.js';
import { holdDirectory, placeOf } from '../reach/open-step.js';

/** A path below which nothing exists, for a walk whose directory has gone away. */
export const NOWHERE = '/dev/null/';

/** The directory that a walk is in. In worker threads, where the working directory is fixed, it is held open instead. */
export class Standpoint {
  /** What stands before a name to reach it. */
  prefix: ByteString = '';
  /** True if it is the working directory of the process. */
  readonly isWorkingDirectory = isMainThread;
  private readonly home = workingDirectory();
  private held: number | null = null;

  /** Goes to a directory that is held, and takes the hold over. System errors are thrown. */
  goTo(fd: number): void {
    if (!this.isWorkingDirectory) return this.hold(fd);
    try {
      changeToOpen(fd);
      this.prefix = '';
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Goes from here to a directory. In the working directory a symbolic link is followed: the caller looks whether
   * that led to where it meant to go. System errors are thrown.
   */
  step(name: ByteString): void {
    if (this.prefix === NOWHERE) return;
    if (this.isWorkingDirectory) changeDirectory(name);
    else this.hold(holdDirectory(this.prefix + name));
  }

  /** From now on nothing is found. */
  lose(): void {
    this.prefix = NOWHERE;
  }

  /** Back to where the process was before the walk. */
  leave(): void {
    this.prefix = '';
    if (this.isWorkingDirectory) changeToFirst(this.home, '/');
    else this.hold(null);
  }

  private hold(fd: number | null): void {
    if (this.held !== null) closeSync(this.held);
    this.held = fd;
    this.prefix = fd === null ? '' : `${placeOf(fd)}/`;
  }
}
