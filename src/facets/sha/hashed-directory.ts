import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { hashObject } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { formatHashedList, parseHashedList, HASHED_LIST } from '../../record/hashed-list.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { isTree, sortEntries } from '../observe/diff/directory-edit.js';

/** What was hashed in one directory, and the trees of its subdirectories. */
export class HashedDirectory {
  private readonly entries: readonly TreeEntry[];
  private parsed: Map<ByteString, string> | null = null;

  constructor(
    private readonly reader: ObjectReader,
    private readonly oid: Oid | null,
  ) {
    this.entries = oid === null ? [] : reader.readTree(oid);
  }

  /** By name, what each file looked like when it was hashed: see `hashed-look`. */
  get files(): ReadonlyMap<ByteString, string> {
    if (this.parsed === null) {
      const list = this.entries.find((entry) => entry.name === HASHED_LIST);
      // A list that makes no sense counts as empty: its files are hashed again.
      this.parsed = (list && parseHashedList(this.reader.readBlob(list.oid))) ?? new Map<ByteString, string>();
    }
    return this.parsed;
  }

  /** Trees of the subdirectories. */
  get subtrees(): readonly TreeEntry[] {
    return this.entries.filter(isTree);
  }

  /** The tree of a subdirectory. */
  subtree(name: ByteString): Oid | null {
    return this.subtrees.find((entry) => entry.name === name)?.oid ?? null;
  }

  /** The tree for a new list and new subtrees; objects are written only if something differs. */
  write(sink: ObjectSink, files: ReadonlyMap<ByteString, string>, subtrees: readonly TreeEntry[]): Oid | null {
    const entries = [...subtrees];
    if (files.size > 0) {
      const body = Buffer.from(formatHashedList(files), 'latin1');
      const oid = hashObject('blob', body);
      const isOld = this.entries.some((entry) => entry.name === HASHED_LIST && entry.oid === oid);
      entries.push({ name: HASHED_LIST, mode: FileMode.file, oid: isOld ? oid : sink.writeBlob(body) });
    }
    if (entries.length === 0) return null;
    sortEntries(entries);
    const isSame =
      entries.length === this.entries.length &&
      entries.every((entry, index) => entry.oid === this.entries[index]?.oid && entry.name === this.entries[index]?.name);
    return isSame ? this.oid : sink.writeTree(entries);
  }
}
