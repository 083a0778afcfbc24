import type { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import type { TreeEntry } from '../git/trees/tree-codec.js';
import { FileMode } from '../git/trees/tree-codec.js';
import { isTreeRecord, parseRecord } from '../record/parse.js';
import { isReserved } from '../record/reserved-names.js';

/** Records, on `master-stat`, of a directory and of all that is below. */
export interface RecordedTree {
  readonly reader: ObjectReader;
  readonly tree: Oid;
}

/** What two shadow repos record file by file. */
export interface Overlap {
  /** Regular files. */
  readonly files: number;
  /** Their sizes; in files of several links, each link counts. */
  readonly bytes: bigint;
  /** False if there was more than was to be counted. */
  readonly isWhole: boolean;
}

/**
 * Counts the regular files that are recorded in both trees, with the sizes that the inner one has.
 * @param filesMax so many files are counted, and no more
 * @throws FsoError if the records cannot be read
 */
export function overlapOf(outer: RecordedTree, inner: RecordedTree, filesMax: number): Overlap {
  let files = 0;
  let bytes = 0n;
  const open: { readonly outer: Oid; readonly inner: Oid }[] = [{ outer: outer.tree, inner: inner.tree }];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const entries = inner.reader.readTree(pair.inner);
    // Where both have recorded the same, one of them need not be read.
    const others = pair.outer === pair.inner ? entries : outer.reader.readTree(pair.outer);
    const byName = new Map(others.map((entry) => [entry.name, entry]));
    for (const entry of entries) {
      const other = byName.get(entry.name);
      if (isReserved(entry.name) || other?.mode !== entry.mode) continue;
      if (entry.mode === FileMode.directory) {
        open.push({ outer: other.oid, inner: entry.oid });
        continue;
      }
      const size = entry.mode === FileMode.file ? sizeOf(inner.reader, entry) : null;
      if (size === null) continue;
      files += 1;
      bytes += size;
      if (files >= filesMax) return { files, bytes, isWhole: false };
    }
  }
  return { files, bytes, isWhole: true };
}

/** Null for the record of a whole tree. */
function sizeOf(reader: ObjectReader, { oid }: TreeEntry): bigint | null {
  const fields = parseRecord(reader.readBlob(oid));
  const size = fields === null || isTreeRecord(fields) ? undefined : fields.get('size');
  return size === undefined || typeof size === 'string' ? null : BigInt(size);
}
