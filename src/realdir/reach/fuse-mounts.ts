import { readFileSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';

/** How long the table of mounts is taken for what it is, in milliseconds. */
const MAX_AGE = 1000;
/** `fuse`, `fuseblk` and `fuse.sshfs`, but not `fusectl`. */
const FUSE = / - fuse(?:blk)?(?:\.\S*)? /;

let known: readonly ByteString[] = [];
let expires = 0;

/** A filesystem of some user's program is mounted there, which may not answer. */
export class NotEnteredError extends FsoError {
  override readonly name = 'NotEnteredError';

  constructor() {
    super('a FUSE filesystem is mounted here, which is not entered; what is recorded of it stays', {
      remedy: 'set `fuse: enter` for its root in the configuration if it shall be recorded',
    });
  }
}

/** Runs a call that looks at an entry; null for one that is not entered. */
export function unlessBarred<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof NotEnteredError) return null;
    throw error;
  }
}

/**
 * Where FUSE filesystems are mounted now, as absolute paths without symbolic links: proc_pid_mountinfo(5). None of
 * them is looked at for that. The same array as long as nothing was read again.
 */
export function fuseMounts(): readonly ByteString[] {
  if (performance.now() < expires) return known;
  const text = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync('/proc/self/mountinfo', 'latin1'));
  const points = text.split('\n').filter((line) => FUSE.test(line)).map((line) => unescaped(line.split(' ')[4] ?? ''));
  if (points.join('\0') !== known.join('\0')) known = points;
  expires = performance.now() + MAX_AGE;
  return known;
}

/** The FUSE filesystem that is mounted below a directory, and at or above a path; null if there is none. Both without symbolic links. */
export function fuseOnTheWay(directory: ByteString, path: ByteString): ByteString | null {
  return fuseMounts().find((point) => point !== directory && isAtOrBelow(point, directory) && isAtOrBelow(path, point)) ?? null;
}

function unescaped(field: string): ByteString {
  return field.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
