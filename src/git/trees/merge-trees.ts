import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { ObjectReader } from '../objects/object-reader.js';
import type { Oid } from '../objects/object-id.js';
import type { TreeEntry } from './tree-codec.js';
import { compareEntryNames, FileMode } from './tree-codec.js';
import { requireTreeDepth } from './tree-depth.js';

/** The three trees of a merge; null for an empty one. */
export interface MergeInput {
  readonly base: Oid | null;
  readonly ours: Oid | null;
  readonly theirs: Oid | null;
}

/** Where a merge reads from and writes to. */
export interface MergeStore {
  readonly reader: ObjectReader;
  writeTree(entries: readonly TreeEntry[]): Oid;
}

const isTree = (entry: TreeEntry | undefined): entry is TreeEntry => entry?.mode === FileMode.directory;

function same(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.mode === b?.mode && a?.oid === b?.oid;
}

/**
 * Merges two trees three-way, entry by entry. Where both sides changed a path in different ways
 * `preferTheirs` decides by its name; paths that keep ours are returned as conflicts.
 */
export function mergeTrees(
  store: MergeStore,
  input: MergeInput,
  preferTheirs: (name: ByteString) => boolean,
): { readonly tree: Oid | null; readonly conflicts: readonly ByteString[] } {
  const conflicts: ByteString[] = [];

  const entriesOf = (tree: Oid | null): Map<ByteString, TreeEntry> =>
    new Map((tree === null ? [] : store.reader.readTree(tree)).map((entry) => [entry.name, entry]));
  const subtree = (entry: TreeEntry | undefined): Oid | null => (isTree(entry) ? entry.oid : null);

  const merge = ({ base, ours, theirs }: MergeInput, path: ByteString, depth: number): Oid | null => {
    if (theirs === base || theirs === ours) return ours;
    if (ours === base) return theirs;
    requireTreeDepth(depth, path);
    const [inBase, inOurs, inTheirs] = [entriesOf(base), entriesOf(ours), entriesOf(theirs)];
    const merged: TreeEntry[] = [];
    const keep = (entry: TreeEntry | undefined): void => {
      if (entry !== undefined) merged.push(entry);
    };
    for (const name of new Set([...inOurs.keys(), ...inTheirs.keys()])) {
      const [was, our, their] = [inBase.get(name), inOurs.get(name), inTheirs.get(name)];
      if (same(their, was) || same(their, our)) keep(our);
      else if (same(our, was)) keep(their);
      else if ([our, their].every((entry) => entry === undefined || isTree(entry))) {
        const subtrees = { base: subtree(was), ours: subtree(our), theirs: subtree(their) };
        const oid = merge(subtrees, joinPath(path, name), depth + 1);
        if (oid !== null) keep({ name, mode: FileMode.directory, oid });
      } else if (our === undefined || preferTheirs(name)) {
        keep(their);
      } else {
        keep(our);
        conflicts.push(joinPath(path, name));
      }
    }
    merged.sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b)));
    return merged.length === 0 ? null : store.writeTree(merged);
  };

  return { tree: merge(input, '', 0), conflicts };
}
