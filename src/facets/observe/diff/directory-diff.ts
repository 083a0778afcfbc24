import type { Oid } from '../../../git/objects/object-id.js';
import type { TreeEntry } from '../../../git/trees/tree-codec.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import type { TreeLookup } from '../../../git/trees/tree-lookup.js';
import type { IgnoreScope } from '../../../realdir/ignore/ignore-rules.js';
import type { StillSummed } from '../../../realdir/sums/sum-below.js';
import { NOGTREE } from '../../../record/records.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath } from '../../../util/byte-string.js';
import { handled } from '../../../util/async/handled.js';
import { spentWarning } from '../../limit-warnings.js';
import type { EntryQuestions } from '../classify.js';
import type { ObservationContext } from '../context.js';
import type { ObjectSink } from './directory-edit.js';
import { DirectoryEdit, isTree } from './directory-edit.js';
import { comesFromStub, remainsOfMissing } from './missing-subtree.js';
import { DELETED, FROM_STUB, KEPT, UNCHANGED } from '../reasons.js';
import type { EnteredDirectory } from '../recorder.js';
import { isReserved, isReservedPath } from '../../../record/reserved-names.js';

/** The entries of one directory while they are compared with the recorded ones. */
export class DirectoryDiff<State> implements EntryQuestions {
  readonly state: State;
  private readonly pending: Promise<unknown>[] = [];
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
    private readonly names: readonly ByteString[],
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

  /** Has the directory closed only when a record is made. The walk may fail before anybody waits for it. */
  closeAfter(record: Promise<unknown>): void {
    this.pending.push(handled(record));
  }

  /** Has the directory closed only when sums are complete. */
  closeAfterSums(still: StillSummed): void {
    if (still !== null) this.closeAfter(still.added);
  }

  /** Resolves when all records are made; null if none is pending. */
  get settled(): Promise<unknown> | null {
    return this.pending.length === 0 ? null : Promise.all(this.pending);
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

  /** True if a directory of that name is a nogbundle, or one is below it. */
  leadsToNogbundle(name: ByteString): boolean {
    const { selection } = this.context;
    if (selection.isEmpty) return false;
    const path = this.pathOf(name);
    return selection.has(path) || selection.isBelow(path);
  }

  /** Matching cost too much: what is recorded in the directory stays, and nothing new was added. */
  noteSpent(): void {
    this.isPlain = false;
    const { events, ignoreSteps } = this.context;
    events.onWarning(this.directory.path, spentWarning(ignoreSteps), 'ignoreSteps');
  }

  /** The entry stays as it is recorded. */
  keep(name: ByteString): void {
    // Whatever is in the directory under that name, it is not what is recorded so.
    if (name !== NOGTREE) this.missing?.delete(name);
  }

  /** Records a file or symbolic link; null keeps the last record. */
  setFile(recorded: TreeEntry | undefined, name: ByteString, mode: number, record: ByteString | Buffer | null): void {
    if (record === null || !this.edit.setBlob(recorded, name, mode, record)) {
      this.context.trace?.tell(this.pathOf(name), record !== null ? UNCHANGED : recorded === undefined ? 'not recorded' : KEPT);
      return;
    }
    if (recorded !== undefined && isTree(recorded)) this.remains(recorded, name, null);
    this.report(recorded, name, '');
  }

  /** Records a nogbundle or submodule; what was recorded below it is replaced silently. */
  setSummarized(recorded: TreeEntry | undefined, name: ByteString, record: ByteString, suffix: string): void {
    if (this.edit.setBlob(recorded, name, FileMode.file, record)) this.report(recorded, name, suffix);
    else this.context.trace?.tell(this.pathOf(name), UNCHANGED);
  }

  /** Sets the tree of a subdirectory that was entered. */
  setTree(recorded: TreeEntry | undefined, name: ByteString, tree: Oid | null): void {
    this.edit.setTree(recorded, name, tree);
    if (recorded !== undefined && !isTree(recorded)) this.noteDeleted(name);
  }

  /** True if what is no directory cannot be recorded under a name, because a `.nogtree` stays below it. */
  keepsNogtree(name: ByteString): boolean {
    const { recorder, reader } = this.context;
    const recorded = recorder.keepsReplacedNogtree ? this.missing?.get(name) : undefined;
    return recorded !== undefined && isTree(recorded) && reader.readTree(recorded.oid).some((entry) => entry.name === NOGTREE);
  }

  /** Has the `.nogtree` of a directory that was replaced stay, and nothing else that was recorded below it. */
  keepNogtree(name: ByteString): void {
    const recorded = this.missing?.get(name);
    if (recorded === undefined) return;
    this.missing?.delete(name);
    this.edit.setTree(recorded, name, this.remains(recorded, name, this.context.sink, true));
  }

  /** Tells that a summarized directory differs, without recording it. */
  report(recorded: TreeEntry | undefined, name: ByteString, suffix: string): void {
    this.changed = true;
    const { events, trace } = this.context;
    const isNew = recorded === undefined || isTree(recorded);
    if (isNew) events.onChange('?', this.pathOf(name) + suffix);
    else events.onChange('M', this.pathOf(name));
    trace?.tell(this.pathOf(name), isNew ? 'new' : 'changed');
  }

  /** Names of recorded entries that have not been seen. */
  missingNames(): ByteString[] {
    return [...(this.missing?.remaining().keys() ?? [])];
  }

  /** Removes the entries that have not been seen, but for those that came from the stub. */
  removeMissing(): void {
    this.mendDoubles();
    for (const [name, entry] of this.missing?.remaining() ?? []) {
      if (isTree(entry)) {
        this.edit.setTree(entry, name, this.remains(entry, name, this.context.sink));
      } else if (!comesFromStub(this.context.reader, entry, this.pathOf(name))) {
        this.edit.remove(name);
        this.noteDeleted(name);
      } else if (name !== NOGTREE && !this.names.includes(name)) {
        // What has that name in the realdir is told of where it is met.
        this.context.trace?.tell(this.pathOf(name), FROM_STUB);
      }
    }
  }

  /** What is recorded twice, though it is there once, is written anew. */
  private mendDoubles(): void {
    if (this.missing?.hasDoubles !== true) return;
    this.edit.dropDoubles();
    this.changed = true;
    this.context.events.onChange('M', this.directory.path === '' ? '.' : this.directory.path);
  }

  /** Writes what is new in a large directory, some at a time, before `finish`; undefined if there is no need to wait for that. */
  store(yieldTurn: YieldTurn): Promise<void> | undefined {
    const { sink } = this.context;
    return sink !== null && this.edit.isLarge ? this.edit.storeBlobs(sink, yieldTurn) : undefined;
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
      const isSet = this.edit.setBlob(recordedNogtree, NOGTREE, FileMode.file, nogtree);
      if (isSet) this.context.trace?.tell(this.directory.path, 'its own record (.nogtree) differs');
      const isNews = isSet && !changed;
      if (isNews && this.directory.path !== '') this.context.events.onChange('M', this.directory.path);
    }
    recorder.close(this.state);
    return sink === null ? null : this.edit.write(sink);
  }

  private noteDeleted(name: ByteString): void {
    this.changed = true;
    this.deleted = true;
    this.onDeleted(this.pathOf(name));
  }

  private onDeleted(path: ByteString): void {
    this.context.events.onChange('D', path);
    this.context.trace?.tell(path, DELETED);
  }

  /** What stays of a directory that is gone; tells of all that was recorded in it. */
  private remains(entry: TreeEntry, name: ByteString, sink: ObjectSink | null, keepsNogtree = false): Oid | null {
    return remainsOfMissing(this.context.reader, entry.oid, this.pathOf(name), sink, (path) => this.onDeleted(path), keepsNogtree);
  }
}
