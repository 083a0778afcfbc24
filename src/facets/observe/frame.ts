import type { Oid } from '../../git/object-id.js';
import type { TreeEntry } from '../../git/tree-codec.js';
import { FileMode } from '../../git/tree-codec.js';
import type { TreeLookup } from '../../git/tree-lookup.js';
import type { IgnoreScope } from '../../realdir/ignore-rules.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { ObservationContext } from './context.js';
import type { ObjectSink } from './directory-edit.js';
import { DirectoryEdit, isTree } from './directory-edit.js';
import { comesFromStub, remainsOfMissing } from './missing-subtree.js';
import type { EnteredDirectory } from './recorder.js';
import { isReserved, isReservedPath } from '../../record/reserved-names.js';

/** The entries of one directory while they are compared with the recorded ones. */
export class Frame<State> {
  readonly state: State;
  /** Records that are still being made. */
  readonly pending: Promise<unknown>[] = [];
  /** True if nothing in the directory is tracked but for nogbundles. */
  readonly isReserved: boolean;
  /** True if a nogbundle or submodule is directly in the directory. */
  hasSummarized = false;
  /** False if it depends on more than the entries what is recorded: one could not be read, or was recorded before it was ignored. */
  isPlain = true;

  private readonly edit: DirectoryEdit;
  /** Recorded entries that have not been seen in the real directory yet. */
  private readonly missing: TreeLookup | null;
  private readonly empty: boolean;
  private changed = false;
  private deleted = false;

  /** @param scope null below an ignored directory, where nothing new is tracked */
  constructor(
    private readonly context: ObservationContext<State>,
    readonly directory: EnteredDirectory,
    names: readonly ByteString[],
    recordedOid: Oid | null,
    readonly scope: IgnoreScope | null,
    parent: State | null,
  ) {
    const { reader } = context;
    this.missing = recordedOid === null ? null : reader.lookUpTree(recordedOid);
    this.edit = new DirectoryEdit(recordedOid, () => (recordedOid === null ? [] : reader.readTree(recordedOid)));
    this.isReserved = isReservedPath(directory.path);
    this.empty = names.every(isReserved);
    this.state = context.recorder.open(directory, parent);
  }

  /** The recorded entry of a name that has not been seen yet. */
  recorded(name: ByteString): TreeEntry | undefined {
    return this.missing?.get(name);
  }

  /** Path of an entry, relative to the realdir. */
  pathOf(name: ByteString): ByteString {
    return joinPath(this.directory.path, name);
  }

  /** True if nothing may be recorded under a name that is not recorded yet. */
  ignores(name: ByteString, isDirectory: boolean): boolean {
    return this.scope === null || this.scope.ignores(name, isDirectory);
  }

  /** The entry stays as it is recorded. */
  keep(name: ByteString): void {
    // Whatever is in the directory under that name, it is not what is recorded so.
    if (name !== NOGTREE) this.missing?.delete(name);
  }

  /** Records a file or symbolic link; null keeps the last record. */
  setFile(recorded: TreeEntry | undefined, name: ByteString, mode: number, record: ByteString | Buffer | null): void {
    if (record === null || !this.edit.setBlob(recorded, name, mode, record)) return;
    if (recorded !== undefined && isTree(recorded)) this.remains(recorded, name, null);
    this.report(recorded, name, '');
  }

  /** Records a nogbundle or submodule; what was recorded below it is replaced silently. */
  setSummarized(recorded: TreeEntry | undefined, name: ByteString, record: ByteString, suffix: string): void {
    if (this.edit.setBlob(recorded, name, FileMode.file, record)) this.report(recorded, name, suffix);
  }

  /** Sets the tree of a subdirectory that was entered. */
  setTree(recorded: TreeEntry | undefined, name: ByteString, tree: Oid | null): void {
    this.edit.setTree(recorded, name, tree);
    if (recorded !== undefined && !isTree(recorded)) this.noteDeleted(name);
  }

  /** True if an entry that is no directory cannot be recorded, because a `.nogtree` stays below it. */
  keepsReplaced(name: ByteString): boolean {
    const { recorder, reader, sink } = this.context;
    const recorded = recorder.keepsReplacedNogtree ? this.missing?.get(name) : undefined;
    if (recorded === undefined || !isTree(recorded)) return false;
    if (!reader.readTree(recorded.oid).some((entry) => entry.name === NOGTREE)) return false;
    this.missing?.delete(name);
    this.edit.setTree(recorded, name, this.remains(recorded, name, sink, true));
    return true;
  }

  /** Tells that a summarized directory differs, without recording it. */
  report(recorded: TreeEntry | undefined, name: ByteString, suffix: string): void {
    this.changed = true;
    if (recorded === undefined || isTree(recorded)) this.context.events.onChange('?', this.pathOf(name) + suffix);
    else this.context.events.onChange('M', this.pathOf(name));
  }

  /** Removes the entries that have not been seen, but for those that came from the stub. */
  removeMissing(): void {
    for (const [name, entry] of this.missing?.remaining() ?? []) {
      if (isTree(entry)) {
        this.edit.setTree(entry, name, this.remains(entry, name, this.context.sink));
      } else if (!comesFromStub(this.context.reader, entry, this.pathOf(name))) {
        this.edit.remove(name);
        this.noteDeleted(name);
      }
    }
  }

  /** True if the directory's tree will have to be written. */
  get needsWrite(): boolean {
    return this.hasSummarized || !this.edit.isEmpty;
  }

  /** Closes the directory; returns its tree, null if nothing is recorded in it. */
  finish(): Oid | null {
    const { recorder, sink } = this.context;
    const recordedNogtree = this.missing?.get(NOGTREE);
    const { changed, deleted, hasSummarized, empty } = this;
    const nogtree = recorder.nogtree(this.directory, { changed, deleted, hasSummarized, empty });
    if (nogtree === 'remove') {
      if (recordedNogtree !== undefined) this.edit.remove(NOGTREE);
    } else if (nogtree !== null) {
      this.edit.setBlob(recordedNogtree, NOGTREE, FileMode.file, nogtree);
    }
    recorder.close(this.state);
    return sink === null ? null : this.edit.write(sink);
  }

  private noteDeleted(name: ByteString): void {
    this.changed = true;
    this.deleted = true;
    this.context.events.onChange('D', this.pathOf(name));
  }

  /** What stays of a directory that is gone; tells of all that was recorded in it. */
  private remains(entry: TreeEntry, name: ByteString, sink: ObjectSink | null, keepsNogtree = false): Oid | null {
    const { reader, events } = this.context;
    const onDeleted = (path: ByteString): void => events.onChange('D', path);
    return remainsOfMissing(reader, entry.oid, this.pathOf(name), sink, onDeleted, keepsNogtree);
  }
}
