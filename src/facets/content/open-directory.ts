import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { isTree, sortEntries } from '../observe/diff/directory-edit.js';
import type { PathTrace } from '../../util/trace.js';
import { DELETED, UNCHANGED } from '../observe/reasons.js';
import { remainsOfMissing } from '../observe/diff/missing-subtree.js';
import type { AttributeScope } from './attribute-scope.js';

/** What is found out when a directory is opened. */
export interface Opening {
  readonly attributes: AttributeScope;
  /** Names that are recorded although they are not yet, if no rule ignores them. */
  readonly newNames: ReadonlySet<ByteString>;
}

/** The entries of one directory, from what is recorded to what is to be recorded. */
export class OpenDirectory {
  private readonly entries: Map<ByteString, TreeEntry>;
  private changed = false;

  /** @param scope null where nothing new is recorded */
  constructor(
    private readonly reader: ObjectReader,
    private readonly events: ObservationEvents,
    private readonly trace: PathTrace | null,
    readonly path: ByteString,
    private readonly tree: Oid | null,
    readonly scope: IgnoreScope | null,
  ) {
    const recorded = tree === null ? [] : reader.readTree(tree);
    this.entries = new Map(recorded.map((entry) => [entry.name, entry]));
  }

  /** Names that are, or will be, recorded. */
  names(): ByteString[] {
    return [...this.entries.keys()];
  }

  pathOf(name: ByteString): ByteString {
    return joinPath(this.path, name);
  }

  get(name: ByteString): TreeEntry | undefined {
    return this.entries.get(name);
  }

  /** The content that is recorded for a file; null if none is. */
  contentOf(name: ByteString): Buffer | null {
    const entry = this.entries.get(name);
    return entry?.mode === FileMode.file ? this.reader.readBlob(entry.oid) : null;
  }

  /** True if a file or symbolic link is recorded in exactly this way. */
  hasBlob(name: ByteString, mode: number, oid: Oid): boolean {
    const recorded = this.entries.get(name);
    const isSame = recorded?.mode === mode && recorded.oid === oid;
    if (isSame) this.trace?.tell(this.pathOf(name), UNCHANGED);
    return isSame;
  }

  /** Sets a file or symbolic link; false, and nothing happens, if it is recorded in exactly this way. */
  setBlob(name: ByteString, mode: number, oid: Oid): boolean {
    if (this.hasBlob(name, mode, oid)) return false;
    const recorded = this.entries.get(name);
    this.entries.set(name, { name, mode, oid });
    this.changed = true;
    if (recorded !== undefined && isTree(recorded)) this.reportDeleted(name, recorded.oid, null);
    const isNew = recorded === undefined || isTree(recorded);
    this.events.onChange(isNew ? '?' : 'M', this.pathOf(name));
    this.trace?.tell(this.pathOf(name), isNew ? 'new' : 'changed');
    return true;
  }

  /** Sets the tree of a subdirectory; null if nothing is recorded in it. */
  setTree(name: ByteString, tree: Oid | null): void {
    const recorded = this.entries.get(name);
    if ((recorded?.oid ?? null) === tree) return;
    this.changed = true;
    if (recorded !== undefined && !isTree(recorded)) this.onDeleted(this.pathOf(name));
    if (tree === null) this.entries.delete(name);
    else this.entries.set(name, { name, mode: FileMode.directory, oid: tree });
  }

  /** Removes what is recorded under a name, but for what came from the stub. */
  remove(name: ByteString, sink: ObjectSink): void {
    const recorded = this.entries.get(name);
    if (recorded === undefined) return;
    this.setTree(name, isTree(recorded) ? this.reportDeleted(name, recorded.oid, sink) : null);
  }

  /** True if the tree will have to be written. */
  get isChanged(): boolean {
    return this.changed;
  }

  /** The tree of the directory; null if nothing is recorded in it. */
  write(sink: ObjectSink): Oid | null {
    if (!this.changed) return this.tree;
    return this.entries.size === 0 ? null : sink.writeTree(sortEntries([...this.entries.values()]));
  }

  private reportDeleted(name: ByteString, tree: Oid, sink: ObjectSink | null): Oid | null {
    return remainsOfMissing(this.reader, tree, this.pathOf(name), sink, (path) => this.onDeleted(path));
  }

  private onDeleted(path: ByteString): void {
    this.events.onChange('D', path);
    this.trace?.tell(path, DELETED);
  }
}
