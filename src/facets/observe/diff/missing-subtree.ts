import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import type { TreeEntry } from '../../../git/trees/tree-codec.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import { NEVER_NOGBUNDLES } from '../../../realdir/attributes/nogbundles.js';
import { isTreeRecord, parseRecord } from '../../../record/parse.js';
import { NOGTREE } from '../../../record/records.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath, plainTextOfBytes } from '../../../util/byte-string.js';
import { requireTreeDepth } from '../../../git/trees/tree-depth.js';
import { isTree } from './directory-edit.js';
import type { ObjectSink } from './directory-edit.js';
import { isReservedPath } from '../../../record/reserved-names.js';

/**
 * True for a recorded file that the stub has brought: its path is never tracked, and it is not the
 * record of a nogbundle, which no file of a stub looks like.
 */
export function comesFromStub(reader: ObjectReader, entry: TreeEntry, path: ByteString): boolean {
  if (!isReservedPath(path)) return false;
  if (entry.mode !== FileMode.file || NEVER_NOGBUNDLES.has(entry.name)) return true;
  const fields = parseRecord(reader.readBlob(entry.oid));
  return fields?.get('name') !== plainTextOfBytes(entry.name) || !isTreeRecord(fields);
}

/**
 * What stays of the tree of a directory that does not exist any more, or that is not recorded
 * entry by entry any more: only what came from the stub.
 * `onDeleted` hears of each path that was recorded from the realdir. `sink` null computes nothing.
 * With `keepsNogtree` the directory's own `.nogtree` stays, but not those below it.
 */
export function remainsOfMissing(
  reader: ObjectReader,
  tree: Oid,
  path: ByteString,
  sink: ObjectSink | null,
  onDeleted: (path: ByteString) => void,
  keepsNogtree = false,
  depth = 0,
): Oid | null {
  requireTreeDepth(depth, path);
  const kept: TreeEntry[] = [];
  let isSame = true;
  let hasNogtree = false;
  let hasOthers = false;
  for (const entry of reader.readTree(tree)) {
    const entryPath = joinPath(path, entry.name);
    if (entry.name === NOGTREE && !keepsNogtree) {
      isSame = false;
      hasNogtree = true;
    } else if (isTree(entry)) {
      const remains = remainsOfMissing(reader, entry.oid, entryPath, sink, onDeleted, false, depth + 1);
      if (remains !== entry.oid) isSame = false;
      if (remains !== null) kept.push({ ...entry, oid: remains });
    } else if (comesFromStub(reader, entry, entryPath)) {
      kept.push(entry);
    } else {
      isSame = false;
      hasOthers = true;
      onDeleted(entryPath);
    }
  }
  // The directory itself, where nothing else tells that it is gone.
  if (hasNogtree && !hasOthers && path !== '') onDeleted(path);
  if (isSame) return tree;
  return kept.length === 0 || sink === null ? null : sink.writeTree(kept);
}
