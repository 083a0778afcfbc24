import type { IndexEntry } from '../git/index-entry.js';
import { indexSize } from '../git/index-entry.js';
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

/** Kernel clocks tick every 10 ms at most; filesystems that keep whole seconds may round by two. */
const CLOCK_TICK = 20_000_000n;
const SECOND = 1_000_000_000n;

/** True if a file that was modified at `mtimeNs` could not have been modified after `startNs` unnoticed. */
export function isSettled(mtimeNs: bigint, startNs: bigint): boolean {
  return mtimeNs + (mtimeNs % SECOND === 0n ? 2n * SECOND : CLOCK_TICK) < startNs;
}

/** Like `seenKey`, from what an index file of Git has. */
export function indexedKey({ size, mtimeSeconds, mtimeNanoseconds, ino }: IndexEntry): string {
  return `~${size} ${BigInt(mtimeSeconds) * SECOND + BigInt(mtimeNanoseconds)} ${ino}`;
}

/** True if a file looks as it did when the key was taken from an index, as far as that can tell. */
export function matchesIndexed(key: string, { size, mtimeNs, ino }: Pick<PreciseStat, 'size' | 'mtimeNs' | 'ino'>): boolean {
  if (!key.startsWith('~')) return false;
  const fraction = ((mtimeNs % SECOND) + SECOND) % SECOND;
  const seconds = BigInt.asUintN(32, (mtimeNs - fraction) / SECOND) * SECOND;
  const keyAt = (ns: bigint): string => `~${indexSize(size)} ${ns} ${BigInt.asUintN(32, BigInt(ino))}`;
  // Git may have been built to keep whole seconds only.
  return key === keyAt(seconds + fraction) || key === keyAt(seconds);
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
