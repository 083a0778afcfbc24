import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import type { DirectoryCursor } from '../../../realdir/walk/directory-cursor.js';
import type { ByteString } from '../../../util/byte-string.js';

/**
 * Goes to the directory of a path, looks at the entry, and comes back.
 * @param cursor at the toplevel
 * @returns null if there is no such entry, or `use` returns it. System errors are thrown.
 */
export function withFile<T>(cursor: DirectoryCursor, path: ByteString, use: (name: ByteString, stat: PreciseStat) => T | null): T | null {
  const names = path.split('/');
  const name = names.pop() ?? '';
  let depth = 0;
  try {
    for (const each of names) {
      const stat = cursor.lstatPrecise(each);
      if (stat?.kind !== 'directory' || !cursor.descend(each, stat)) return null;
      depth += 1;
    }
    const stat = cursor.lstatPrecise(name);
    return stat === null ? null : use(name, stat);
  } finally {
    for (; depth > 0; depth -= 1) cursor.ascend();
  }
}

/** Status of the entry at a path; null if there is none. System errors are thrown. @param cursor at the toplevel */
export function statAt(cursor: DirectoryCursor, path: ByteString): PreciseStat | null {
  return withFile(cursor, path, (_name, stat) => stat);
}
