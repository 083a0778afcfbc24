import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import type { DirectoryCursor } from '../../../realdir/walk/directory-cursor.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath } from '../../../util/byte-string.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import { isTimeToYield } from '../../../util/async/yield-regularly.js';
import { throwIfFatal } from '../../observe/reading-failure.js';
import { hashedKey } from '../../sha/hashed-look.js';

/** Where files are now. */
export interface FoundInodes {
  /** By key, the path and the status of a file that looks like that. */
  readonly places: ReadonlyMap<string, { readonly path: ByteString; readonly stat: PreciseStat }>;
  /** False if something could not be looked at. */
  readonly isComplete: boolean;
}

/**
 * Looks through a realdir for files that were renamed, by size, mtime and inode. It takes as long as `find`, so it is done only for
 * files that are not where they were.
 * @param cursor at the toplevel
 */
export async function findInodes(cursor: DirectoryCursor, wanted: ReadonlySet<string>, yieldTurn: YieldTurn): Promise<FoundInodes> {
  const places = new Map<string, { path: ByteString; stat: PreciseStat }>();
  let isComplete = true;
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      throwIfFatal(error);
      isComplete = false;
      return null;
    }
  };
  const visit = async (directory: ByteString): Promise<void> => {
    const pause = yieldTurn();
    if (pause !== undefined) await pause;
    const names = attempt(() => cursor.names()) ?? [];
    for (const [index, name] of names.entries()) {
      const turn = isTimeToYield(index) ? yieldTurn() : undefined;
      if (turn !== undefined) await turn;
      const stat = attempt(() => cursor.lstatPrecise(name));
      if (stat?.kind === 'file') {
        const key = hashedKey(stat);
        if (wanted.has(key)) places.set(key, { path: joinPath(directory, name), stat });
      } else if (stat?.kind === 'directory' && attempt(() => cursor.descend(name, stat)) === true) {
        await visit(joinPath(directory, name));
        cursor.ascend();
      }
    }
  };
  await visit('');
  return { places, isComplete };
}
