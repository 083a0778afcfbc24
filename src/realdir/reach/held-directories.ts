import { closeSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, joinPath } from '../../util/byte-string.js';
import { holdNamed, placeOf } from './open-step.js';

/** As `placeOf` has it. */
const HELD = /^\/proc\/self\/fd\/\d+$/;

/** A file that is reached through its directory, which is held. */
export interface HeldPath {
  /** Valid in any working directory; nobody can lead it elsewhere by swapping a directory. */
  readonly path: ByteString;
  release(): void;
}

interface HeldDirectory {
  readonly fd: number;
  readonly path: ByteString;
  users: number;
}

/** Holds on to directories of files that are opened later: files of one directory share a descriptor. */
export class HeldDirectories {
  private latest: HeldDirectory | null = null;

  /** Holds the directory of a file, which is in it now. System errors are thrown. */
  hold(path: ByteString): HeldPath {
    const directory = directoryOf(path);
    const absolute = whereabouts(directory);
    if (this.latest?.path !== absolute) this.latest = { fd: holdNamed(directory), path: absolute, users: 0 };
    const held = this.latest;
    held.users += 1;
    const release = (): void => {
      held.users -= 1;
      if (held.users > 0) return;
      closeSync(held.fd);
      if (this.latest === held) this.latest = null;
    };
    return { path: joinPath(placeOf(held.fd), baseOf(path)), release };
  }
}

/** The path of a directory, which says which one it is: a working directory and a descriptor are now this one, now that. */
function whereabouts(directory: ByteString): ByteString {
  if (HELD.test(directory)) return readlinkSync(directory, 'latin1');
  return directory.startsWith('/') ? directory : joinPath(readlinkSync('/proc/self/cwd', 'latin1'), directory);
}
