import type { StatedEntry } from '../git/index-file.js';
import type { Oid } from '../git/object-id.js';
import type { ObjectReader } from '../git/object-reader.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { DirectoryCursor } from '../realdir/directory-cursor.js';
import type { PreciseStat } from '../realdir/lstat.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { isTree } from './observe/directory-edit.js';
import { isReserved } from '../record/reserved-names.js';

/** Tells whether records of the files in one directory are up to date. */
export interface KnownDirectory {
  /** True if the record is certainly that of a file that looks like this. */
  isCurrent(recorded: TreeEntry, stat: PreciseStat): boolean;
  subdirectory(name: ByteString): KnownDirectory;
}

/** How many paths are recorded below a tree. */
export function countPaths(reader: ObjectReader, tree: Oid): number {
  return reader.readTree(tree).reduce((sum, entry) => sum + (isTree(entry) ? countPaths(reader, entry.oid) : 1), 0);
}

/**
 * All recorded paths, in the order of an index, with the status of the real files whose records are
 * up to date. What cannot be read has none.
 * @param cursor in the directory that the tree belongs to; null to look at no file
 * @param prefix path of that directory, with a slash at the end
 */
export function* statedEntries(
  reader: ObjectReader,
  tree: Oid,
  cursor: DirectoryCursor | null,
  known: KnownDirectory,
  prefix: ByteString = '',
): Generator<StatedEntry> {
  for (const recorded of reader.readTree(tree)) {
    const { name, mode, oid } = recorded;
    const path = prefix + name;
    if (isTree(recorded)) {
      const inside = cursor !== null && enter(cursor, name) ? cursor : null;
      yield* statedEntries(reader, oid, inside, known.subdirectory(name), `${path}/`);
      inside?.ascend();
      continue;
    }
    const isOfFile = mode === FileMode.file && !isReserved(name);
    const stat = cursor === null || !isOfFile ? null : lstatIfReadable(cursor, name);
    const isCurrent = stat?.kind === 'file' && known.isCurrent(recorded, stat);
    yield { entry: { ...recorded, name: path }, status: isCurrent ? stat : null };
  }
}

function enter(cursor: DirectoryCursor, name: ByteString): boolean {
  const stat = lstatIfReadable(cursor, name);
  return stat?.kind === 'directory' && (unlessSystemError(() => cursor.descend(name, stat)) ?? false);
}

function lstatIfReadable(cursor: DirectoryCursor, name: ByteString): PreciseStat | null {
  return unlessSystemError(() => cursor.lstatPrecise(name));
}

function unlessSystemError<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
}
