import { closeSync, constants, openSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { naming, placeOf } from '../reach/open-step.js';
import type { EntryNames } from './entry-names.js';
import { entryNames } from './entry-names.js';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;

interface Link {
  readonly fd: number;
  /** By which it is known to people. */
  readonly path: ByteString;
}

/**
 * Open directories, each entered from the one before it, so that whoever swaps a directory for a symbolic
 * link cannot lead elsewhere: not at the end of a path, since links are not followed, nor in the
 * middle, since what is open stays what it is. For few levels: each keeps a file open.
 */
export class DirectoryChain {
  private readonly links: Link[] = [];

  /** @param root absolute path, which may be a symbolic link to a directory */
  constructor(private readonly root: ByteString) {}

  /**
   * Enters a subdirectory of the last one; the first call enters the toplevel directory, whatever the name.
   * @returns the names of what is in it
   * @throws system errors, with the path of the directory; then nothing was entered
   */
  enter(name: ByteString): EntryNames {
    const parent = this.links.at(-1);
    const path = parent === undefined ? this.root : joinPath(parent.path, name);
    return naming(path, () => {
      const flags = parent === undefined ? DIRECTORY : DIRECTORY | constants.O_NOFOLLOW;
      const fd = openSync(fsPath(parent === undefined ? path : joinPath(placeOf(parent.fd), name)), flags);
      try {
        const link = { fd, path };
        const names = entryNames(placeOf(fd));
        this.links.push(link);
        return names;
      } finally {
        if (this.links.at(-1)?.fd !== fd) closeSync(fd);
      }
    });
  }

  /** Goes back to the one before. */
  leave(): void {
    const link = this.links.pop();
    if (link !== undefined) closeSync(link.fd);
  }

  /** Leaves all of them. */
  close(): void {
    while (this.links.length > 0) this.leave();
  }
}
