import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import { whenFree } from '../../util/process/scarce.js';
import { lstatEntry } from '../stat/lstat.js';
import { ToplevelLostError } from '../walk/toplevel-lost.js';

/** open(2), `O_PATH`: a hold on an entry, without opening what is there; Node has no constant for it. */
const O_PATH = 0o10000000;
/** A hold on an entry itself, whatever it is; of a symbolic link on the link. */
const ENTRY = O_PATH | constants.O_NOFOLLOW;
/** A hold on a directory; a symbolic link is refused with ENOTDIR. */
const STEP = ENTRY | constants.O_DIRECTORY;

/** There is a symbolic link where a directory must be. */
export class LinkError extends ToplevelLostError {
  override readonly name = 'LinkError';

  /** @param link where it is, as people know it */
  constructor(path: ByteString, link: ByteString, reason: string) {
    const what = link === path ? reason : `${textOfBytes(link)} ${reason}`;
    super(
      path,
      what,
      undefined,
      'nothing was read or recorded; find out who made the link, or use `git-fso move` if the directory has another path now',
    );
  }
}

/** proc(5), /proc/pid/fd: leads to what is open, wherever that is now. */
export function placeOf(fd: number): ByteString {
  return `/proc/self/fd/${fd}`;
}

/** Where a directory that is held is now, without symbolic links. */
export function pathOf(fd: number): ByteString {
  return readlinkSync(placeOf(fd), 'latin1');
}

/** Takes hold of an entry without opening or following it. System errors are thrown. */
export function holdEntry(path: ByteString): number {
  return whenFree(() => openSync(fsPath(path), ENTRY));
}

/** Takes hold of a directory, following links: for places that the administrator has named. System errors are thrown. */
export function holdNamed(path: ByteString): number {
  return whenFree(() => openSync(fsPath(path), O_PATH | constants.O_DIRECTORY));
}

/** Takes hold of a directory; a symbolic link is not followed. System errors are thrown, ENOTDIR for a link. */
export function holdDirectory(path: ByteString): number {
  return whenFree(() => openSync(fsPath(path), STEP));
}

/** True if a symbolic link is there. */
function isLink(path: ByteString): boolean {
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES'], false, () => lstatEntry(path)?.kind === 'symlink');
}

/** The names of a path, without those that stand for where one is already. */
export function namesOf(path: ByteString): ByteString[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/**
 * Takes hold of a directory below one that is held, step by step and never through a symbolic link, so
 * that nobody can lead elsewhere by swapping one of them meanwhile.
 * @param top is closed in any case
 * @param known where `top` is, as people know it
 * @throws LinkError at a symbolic link; system errors
 */
export function holdBelow(top: number, names: readonly ByteString[], known: ByteString): number {
  let fd = top;
  let at = known;
  for (const name of names) {
    const from = fd;
    at = joinPath(at, name);
    try {
      fd = naming(at, () => holdDirectory(joinPath(placeOf(from), name)));
    } catch (error) {
      if (errnoOf(error) === 'ENOTDIR' && isLink(joinPath(placeOf(from), name))) {
        throw new LinkError(names.reduce(joinPath, known), at, 'became a symbolic link, which is not followed');
      }
      throw error;
    } finally {
      closeSync(from);
    }
  }
  return fd;
}

/** Has errors name a path as people know it. */
export function naming<T>(path: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    // Without it every realdir would look like one that is gone.
    if (errnoOf(error) === 'ENOENT' && !existsSync('/proc/self/fd')) {
      throw new FsoError('/proc is not mounted, without which nothing can be reached safely', {
        remedy: 'mount it: `mount -t proc proc /proc`',
      });
    }
    if (error instanceof Error) error.message = error.message.replace(/'[^']*'$/, () => `'${textOfBytes(path)}'`);
    throw error;
  }
}
