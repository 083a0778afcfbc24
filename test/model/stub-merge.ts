import type { Nested, RecordedFile } from './recorded-tree.js';
import { isReserved, treeId } from './recorded-tree.js';

type Entry = RecordedFile | Nested | undefined;

function same(a: Entry, b: Entry): boolean {
  if (a instanceof Map && b instanceof Map) return treeId(a).equals(treeId(b));
  if (a === undefined || b === undefined || a instanceof Map || b instanceof Map) return a === b;
  return a.mode === b.mode && a.body.equals(b.body);
}

const isDirectory = (entry: Entry): entry is Nested => entry instanceof Map;

/** Three-way merge of a stub into a branch; where both changed a file the stub wins names that are never tracked. */
export function mergeStub(base: Nested, ours: Nested, theirs: Nested): Nested {
  const merged: Nested = new Map();
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [was, our, their] = [base.get(name), ours.get(name), theirs.get(name)];
    const entry = mergeEntry(name, was, our, their);
    if (entry !== undefined && !(isDirectory(entry) && entry.size === 0)) merged.set(name, entry);
  }
  return merged;
}

function mergeEntry(name: string, was: Entry, our: Entry, their: Entry): Entry {
  if (same(was, their) || same(our, their)) return our;
  if (same(was, our)) return their;
  if ([our, their].every((entry) => entry === undefined || isDirectory(entry))) {
    const tree = (entry: Entry): Nested => (isDirectory(entry) ? entry : new Map());
    return mergeStub(tree(was), tree(our), tree(their));
  }
  return our === undefined || isReserved(name) ? their : our;
}
