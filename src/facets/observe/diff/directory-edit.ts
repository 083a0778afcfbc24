import type { Oid } from '../../../git/objects/object-id.js';
import { hashObject } from '../../../git/objects/object-id.js';
import type { TreeEntry } from '../../../git/trees/tree-codec.js';
import { compareEntryNames, FileMode, firstOfEachName } from '../../../git/trees/tree-codec.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import { isTimeToYield } from '../../../util/async/yield-regularly.js';
import { isAscii } from '../../../util/byte-string.js';
import type { ByteString } from '../../../util/byte-string.js';

/** Where new objects go. */
export interface ObjectSink {
  writeBlob(body: Buffer | string): Oid;
  writeTree(entries: readonly TreeEntry[]): Oid;
}

interface NewBlob {
  readonly name: ByteString;
  readonly mode: number;
  readonly body: Buffer | string;
}

/** So many blobs are written in some milliseconds. */
const LARGE = 1024;

/** True for the entry of a subdirectory. */
export function isTree(entry: TreeEntry): boolean {
  return entry.mode === FileMode.directory;
}

/** Sorts entries as Git demands; the array itself is changed. */
export function sortEntries(entries: TreeEntry[]): TreeEntry[] {
  return entries.sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b)));
}

/** Collects how the tree of one directory differs from the last recorded one. */
export class DirectoryEdit {
  private readonly removed = new Set<ByteString>();
  private blobs: NewBlob[] = [];
  /** Entries whose objects are written. */
  private readonly entries: TreeEntry[] = [];
  private dropsDoubles = false;

  constructor(
    private readonly recordedOid: Oid | null,
    /** Reads the entries of the last recorded tree; asked only if something is different now. */
    private readonly recorded: () => readonly TreeEntry[],
  ) {}

  /** True if the tree is as it was. */
  get isEmpty(): boolean {
    return !this.dropsDoubles && this.removed.size === 0 && this.blobs.length === 0 && this.entries.length === 0;
  }

  /**
   * Sets an entry that is not a directory. Returns false, and changes nothing, if it is recorded
   * in exactly this way.
   */
  setBlob(recorded: TreeEntry | undefined, name: ByteString, mode: number, record: Buffer | ByteString): boolean {
    const body = typeof record === 'string' && !isAscii(record) ? Buffer.from(record, 'latin1') : record;
    if (recorded?.mode === mode && recorded.oid === hashObject('blob', body)) return false;
    if (recorded !== undefined) this.removed.add(name);
    this.blobs.push({ name, mode, body });
    return true;
  }

  /** Sets the tree of a subdirectory; null if nothing is left of it. */
  setTree(recorded: TreeEntry | undefined, name: ByteString, tree: Oid | null): void {
    const before = recorded !== undefined && isTree(recorded) ? recorded.oid : null;
    if (tree === before && (tree !== null || recorded === undefined)) return;
    if (recorded !== undefined) this.removed.add(name);
    if (tree !== null) this.entries.push({ name, mode: FileMode.directory, oid: tree });
  }

  /** Removes an entry. */
  remove(name: ByteString): void {
    this.removed.add(name);
  }

  /** Has the tree written without entries that are recorded twice; the first of each counts. */
  dropDoubles(): void {
    this.dropsDoubles = true;
  }

  /** True if there is so much to write that others should get their turn meanwhile. */
  get isLarge(): boolean {
    return this.blobs.length > LARGE;
  }

  /** Writes the new blobs, some at a time. */
  async storeBlobs(sink: ObjectSink, yieldTurn: YieldTurn): Promise<void> {
    const { blobs } = this;
    this.blobs = [];
    for (const [index, { name, mode, body }] of blobs.entries()) {
      this.entries.push({ name, mode, oid: sink.writeBlob(body) });
      const turn = isTimeToYield(index) ? yieldTurn() : undefined;
      if (turn !== undefined) await turn;
    }
  }

  /** Writes the new objects; returns the directory's tree, null if it has no entries. */
  write(sink: ObjectSink): Oid | null {
    if (this.isEmpty) return this.recordedOid;
    const recorded = this.dropsDoubles ? firstOfEachName(this.recorded()) : this.recorded();
    const entries = recorded.filter((entry) => !this.removed.has(entry.name));
    for (const { name, mode, body } of this.blobs) entries.push({ name, mode, oid: sink.writeBlob(body) });
    for (const entry of this.entries) entries.push(entry);
    return entries.length === 0 ? null : sink.writeTree(sortEntries(entries));
  }
}
