import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import type { Identity } from './identity.js';
import { same } from './identity.js';
import type { EntryStat } from '../stat/lstat.js';

/**
 * Directories of this size, in bytes, have hundreds of thousands of entries on most filesystems: listing them takes
 * so long that others should get their turn meanwhile. Where the size of a directory says nothing, nothing is lost but that.
 */
const LARGE = 8 * 1024 * 1024;

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** True for a directory that takes long to list. */
export function isLargeDirectory({ kind, size }: EntryStat): boolean {
  return kind === 'directory' && size >= LARGE;
}

/** The names of a large directory, from when they are read until they are needed. */
export class PrefetchedNames {
  private of: Identity | null = null;
  private names: ByteString[] = [];

  /** Lists a directory in another thread; it is opened before this returns. What fails is left to whoever needs the names. */
  async fetch(path: ByteString, expected: Identity): Promise<void> {
    this.of = null;
    let fd: number | null = null;
    try {
      fd = openSync(fsPath(path), DIRECTORY);
      if (!same(fstatSync(fd), expected)) return;
      this.names = await readdir(`/proc/self/fd/${fd}`, 'latin1');
      this.of = expected;
    } catch {
      // Whoever reads it then will tell what is wrong.
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }

  /** The names of a directory, once; null if they were not fetched. */
  take(directory: Identity): ByteString[] | null {
    const { of, names } = this;
    if (of === null) return null;
    this.of = null;
    this.names = [];
    return same(of, directory) ? names : null;
  }
}

/** Reads the names of a directory ahead, outside of the realdir, if it is large. @param name of a subdirectory, or `.` */
export async function fetchNames(
  cursor: {
    readonly prefetchedNames: PrefetchedNames;
    isReadAhead(name: ByteString, expected: Identity): boolean;
    reach(name: ByteString): ByteString;
    suspend(): void;
  },
  name: ByteString,
  stat: EntryStat,
): Promise<void> {
  if (!isLargeDirectory(stat) || cursor.isReadAhead(name, stat)) return;
  const fetching = cursor.prefetchedNames.fetch(cursor.reach(name), stat);
  cursor.suspend();
  await fetching;
}
