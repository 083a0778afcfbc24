import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { hashObject } from '../git/object-id.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { PreciseStat } from '../realdir/lstat.js';
import { formatSeenList, parseSeenList, SEEN_LIST } from '../record/seen-list.js';
import type { ByteString } from '../util/byte-string.js';
import type { ObjectSink } from './observe/directory-edit.js';
import { isTree, sortEntries } from './observe/directory-edit.js';

/** What a file looked like when it was hashed: size, mtime in nanoseconds, inode. */
export function seenKey(stat: Pick<PreciseStat, 'size' | 'mtimeNs' | 'ino'>): string {
  return `${stat.size} ${stat.mtimeNs} ${stat.ino}`;
}

/** What was hashed in one directory, and the trees of its subdirectories. */
export class SeenDirectory {
  private readonly entries: readonly TreeEntry[];
  private parsed: Map<ByteString, string> | null = null;

  constructor(
    private readonly reader: ObjectReader,
    private readonly oid: Oid | null,
  ) {
    this.entries = oid === null ? [] : reader.readTree(oid);
  }

  /** Key by name of each file that was hashed. */
  get files(): ReadonlyMap<ByteString, string> {
    if (this.parsed === null) {
      const list = this.entries.find((entry) => entry.name === SEEN_LIST);
      // A list that makes no sense counts as empty: its files are hashed again.
      this.parsed = (list && parseSeenList(this.reader.readBlob(list.oid))) ?? new Map<ByteString, string>();
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
      const body = Buffer.from(formatSeenList(files), 'latin1');
      const oid = hashObject('blob', body);
      const isOld = this.entries.some((entry) => entry.name === SEEN_LIST && entry.oid === oid);
      entries.push({ name: SEEN_LIST, mode: FileMode.file, oid: isOld ? oid : sink.writeBlob(body) });
    }
    if (entries.length === 0) return null;
    sortEntries(entries);
    const isSame =
      entries.length === this.entries.length &&
      entries.every((entry, index) => entry.oid === this.entries[index]?.oid && entry.name === this.entries[index]?.name);
    return isSame ? this.oid : sink.writeTree(entries);
  }
}
