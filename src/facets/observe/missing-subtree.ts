import type { ObjectReader } from '../../git/object-reader.js';
import type { Oid } from '../../git/object-id.js';
import type { TreeEntry } from '../../git/tree-codec.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { isTree } from './directory-edit.js';
import type { ObjectSink } from './directory-edit.js';
import { isReserved } from './reserved-names.js';

/**
 * What stays of the tree of a directory that does not exist any more: only what came from the stub.
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
): Oid | null {
  const kept: TreeEntry[] = [];
  for (const entry of reader.readTree(tree)) {
    if (entry.name === NOGTREE && !keepsNogtree) continue;
    const entryPath = joinPath(path, entry.name);
    if (isReserved(entry.name)) {
      kept.push(entry);
    } else if (isTree(entry)) {
      const remains = remainsOfMissing(reader, entry.oid, entryPath, sink, onDeleted);
      if (remains !== null) kept.push({ ...entry, oid: remains });
    } else {
      onDeleted(entryPath);
    }
  }
  return kept.length === 0 || sink === null ? null : sink.writeTree(kept);
}
