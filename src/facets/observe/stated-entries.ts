import type { StatedEntry } from '../../git/index/index-file.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { unlessBarred } from '../../realdir/reach/fuse-mounts.js';
import type { PreciseStat } from '../../realdir/stat/lstat.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { isTree } from './diff/directory-edit.js';
import { isReserved } from '../../record/reserved-names.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import { joinPath } from '../../util/byte-string.js';

/** Tells whether records of the files in one directory are up to date. */
export interface KnownDirectory {
  /** True if the record is certainly that of a file that looks like this. */
  isCurrent(recorded: TreeEntry, stat: PreciseStat): boolean;
  subdirectory(name: ByteString): KnownDirectory;
}

/** How many paths are recorded below a tree. @throws TreeTooDeepError */
export function countPaths(reader: ObjectReader, tree: Oid): number {
  let count = 0;
  // A stack, not recursion: a tree may be as deep as the call stack is not.
  const open: { readonly oid: Oid; readonly path: ByteString; readonly depth: number }[] = [{ oid: tree, path: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { oid, path, depth } = next;
    requireTreeDepth(depth, path);
    for (const entry of reader.readTree(oid)) {
      if (isTree(entry)) open.push({ oid: entry.oid, path: joinPath(path, entry.name), depth: depth + 1 });
      else count += 1;
    }
  }
  return count;
}

/** A directory whose entries are told. */
interface OpenDirectory {
  readonly entries: readonly TreeEntry[];
  /** Of the next entry. */
  next: number;
  /** Path of the directory, with a slash at the end unless it is the toplevel. */
  readonly prefix: ByteString;
  readonly known: KnownDirectory;
  /** The cursor is in it. */
  readonly isEntered: boolean;
}

/**
 * All recorded paths, in the order of an index, with the status of the real files whose records are
 * up to date. What cannot be read has none.
 * @param cursor in the directory that the tree belongs to; null to look at no file
 */
export function* statedEntries(
  reader: ObjectReader,
  tree: Oid,
  cursor: DirectoryCursor | null,
  known: KnownDirectory,
): Generator<StatedEntry> {
  const open: OpenDirectory[] = [{ entries: reader.readTree(tree), next: 0, prefix: '', known, isEntered: cursor !== null }];
  for (let directory = open.at(-1); directory !== undefined; directory = open.at(-1)) {
    const recorded = directory.entries[directory.next++];
    if (recorded === undefined) {
      open.pop();
      if (open.length > 0 && directory.isEntered) cursor?.ascend();
      continue;
    }
    const { name, mode, oid } = recorded;
    const path = directory.prefix + name;
    const inside = directory.isEntered ? cursor : null;
    if (isTree(recorded)) {
      const isEntered = inside !== null && enter(inside, name);
      open.push({ entries: reader.readTree(oid), next: 0, prefix: `${path}/`, known: directory.known.subdirectory(name), isEntered });
      continue;
    }
    const isOfFile = mode === FileMode.file && !isReserved(name);
    const stat = inside === null || !isOfFile ? null : lstatIfReadable(inside, name);
    const isCurrent = stat?.kind === 'file' && directory.known.isCurrent(recorded, stat);
    yield { entry: { ...recorded, name: path }, status: isCurrent ? stat : null };
  }
}

function enter(cursor: DirectoryCursor, name: ByteString): boolean {
  const stat = lstatIfReadable(cursor, name);
  return stat?.kind === 'directory' && (unlessSystemError(() => cursor.descend(name, stat)) ?? false);
}

function lstatIfReadable(cursor: DirectoryCursor, name: ByteString): PreciseStat | null {
  return unlessBarred(() => unlessSystemError(() => cursor.lstatPrecise(name)));
}

function unlessSystemError<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
}
