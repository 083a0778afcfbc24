import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { NOGTREE } from '../../record/records.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { atPath } from '../../util/at-path.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';

/** An entry of a commit that is not a tree, with its whole path. */
export interface TreeFile {
  readonly path: ByteString;
  readonly entry: TreeEntry;
}

/** The entry at a path; null if there is none. The path has no slash at either end, and is not empty. */
export function findEntry(reader: Pick<ObjectReader, 'readTree'>, tree: Oid, path: ByteString): TreeEntry | null {
  let current: TreeEntry = { mode: FileMode.directory, name: '', oid: tree };
  let at = '';
  for (const component of path.split('/')) {
    if (current.mode !== FileMode.directory) return null;
    const { oid } = current;
    const next = atPath(at, () => reader.readTree(oid)).find(({ name }) => name === component);
    if (next === undefined) return null;
    current = next;
    at = joinPath(at, component);
  }
  return current;
}

/** True for names on a branch that do not belong to the realdir: they configure the shadow repo. */
export function isConfiguration(name: ByteString): boolean {
  return isReserved(name) && name !== NOGTREE;
}

/**
 * The records below a tree, in Git's order; what configures the shadow repo is left out, with all
 * that is below. Only the trees on the way to the current record are in memory.
 * @param path the tree's own path, in front of all others
 * @param isWanted asked about each directory; one that is not wanted is left out with all that is below
 * @throws FsoError that names the path of a tree that cannot be read; TreeTooDeepError
 */
export function* recordFiles(
  reader: ObjectReader,
  tree: Oid,
  path: ByteString = '',
  isWanted: (directory: ByteString) => boolean = () => true,
): Generator<TreeFile> {
  // A stack, not recursion: a record at depth n would pass through n generators.
  const open = [{ path, entries: atPath(path, () => reader.readTree(tree)), next: 0 }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const entry = level.entries[level.next++];
    if (entry === undefined) {
      open.pop();
      continue;
    }
    if (isConfiguration(entry.name)) continue;
    const entryPath = joinPath(level.path, entry.name);
    if (entry.mode !== FileMode.directory) {
      yield { path: entryPath, entry };
      continue;
    }
    if (!isWanted(entryPath)) continue;
    requireTreeDepth(open.length, entryPath);
    open.push({ path: entryPath, entries: atPath(entryPath, () => reader.readTree(entry.oid)), next: 0 });
  }
}
