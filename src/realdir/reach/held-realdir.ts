import { closeSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { pathOf } from './open-step.js';

/**
 * A realdir that was reached once, and is held while one facet asks about it, or several that take no longer than a second. What is
 * done through the hold is done to that directory, wherever it is now; whether it still is in its place is asked before anything is
 * recorded.
 */
export class HeldRealdir {
  /** The shadow repo remembers which directory it is. */
  isRemembered = false;
  private held: number | null;
  private real: ByteString | null = null;

  /**
   * @param path absolute path of the realdir, as it was reached
   * @param fd as `holdRealdir` returns it; closed by `release`
   */
  constructor(
    readonly path: ByteString,
    fd: number,
  ) {
    this.held = fd;
  }

  /** The descriptor; null once it was released: the number may be that of something else by then. */
  get fd(): number | null {
    return this.held;
  }

  /** Where a descriptor of it leads, without symbolic links, as it was when that was first asked. */
  realPath(fd: number): ByteString {
    this.real ??= pathOf(fd);
    return this.real;
  }

  release(): void {
    if (this.held !== null) closeSync(this.held);
    this.held = null;
  }
}
