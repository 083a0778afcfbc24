import type { Stats } from 'node:fs';
import { lstatSync, realpathSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { shellWord } from '../../util/text/shell-word.js';
import { describeUser } from './user.js';

export const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const STICKY = 0o1000;
const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'];

/** Why somebody who is not trusted decides what is at a path. */
export interface Exposure {
  /** In words, with the place if it is not the path itself. */
  readonly message: string;
  readonly remedy: string;
}

/** What is looked at on the way to a path. */
export interface ExposureOptions {
  /** Users who may own what is on the way; null: any. */
  readonly owners: ReadonlySet<number> | null;
  /** The path is a directory in which files are made and replaced by name, so that the sticky bit does not help. */
  readonly isForNewFiles?: boolean;
  /** Bits of those who may write although they do not own it, and are not trusted; without it, those of group and others. */
  readonly writers?: number;
  /** The mode of the path itself does not matter. */
  readonly isModeOfAboveOnly?: boolean;
}

/** Bits that let others than the owner write; the group root has no other members. */
export function writersOf({ mode, gid }: Pick<Stats, 'mode' | 'gid'>): number {
  return mode & (gid === 0 ? OTHERS_WRITE : OTHERS_WRITE | GROUP_WRITE);
}

/**
 * Tells whether others than the trusted could replace or change what is at a path: by writing to it, or to a directory
 * on the way to it, links followed. Null if not, or if there is nothing.
 */
export function exposureOf(path: ByteString, options: ExposureOptions): Exposure | null {
  const real = unlessErrno(NOT_SEEN, path, () => realpathSync(fsPath(path), 'latin1'));
  const places = new Set([...placesTo(path), ...placesTo(real)]);
  for (const place of places) {
    const stat = unlessErrno(NOT_SEEN, undefined, () => lstatSync(fsPath(place)));
    if (stat === undefined) continue;
    const isItself = place === real;
    const found = exposureAt(place, stat, {
      ...options,
      isForNewFiles: options.isForNewFiles === true && isItself,
      ...(options.isModeOfAboveOnly === true && isItself && { writers: 0 }),
    });
    if (found === null) continue;
    return place === path ? found : { ...found, message: `${textOfBytes(place)}, on the way there, ${found.message}` };
  }
  return null;
}

function exposureAt(place: ByteString, stat: Stats, { owners, isForNewFiles, writers: counted = ~0 }: ExposureOptions): Exposure | null {
  if (owners !== null && !owners.has(stat.uid)) {
    const [what, option] = stat.isSymbolicLink() ? ['is a symbolic link of', '-h '] : ['belongs to', ''];
    return { message: `${what} ${describeUser(stat.uid)}`, remedy: `run chown ${option}root ${shellWord(place)}, or use another place` };
  }
  // A link has no mode; where others may not replace it, it is as good as its owner.
  if (stat.isSymbolicLink()) return null;
  const writers = writersOf(stat) & counted;
  const isProtected = stat.isDirectory() && (stat.mode & STICKY) !== 0 && isForNewFiles !== true;
  if (writers === 0 || isProtected) return null;
  const who = `${(writers & GROUP_WRITE) === 0 ? '' : 'g'}${(writers & OTHERS_WRITE) === 0 ? '' : 'o'}`;
  return { message: 'can be written by others than its owner', remedy: `run chmod ${who}-w ${shellWord(place)}` };
}

/** `/`, `/a` and `/a/b` for `/a/b`. */
function placesTo(path: ByteString): ByteString[] {
  const parts = path.split('/').filter((name) => name !== '');
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}
