import type { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import type { TreeEntry } from '../git/trees/tree-codec.js';
import { FileMode } from '../git/trees/tree-codec.js';
import type { DirectoryCursor } from '../realdir/walk/directory-cursor.js';
import { IgnoreScope } from '../realdir/ignore/ignore-rules.js';
import { requireTreeDepth } from '../git/trees/tree-depth.js';
import { parseRecord } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import { isReserved } from '../record/reserved-names.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import type { ObservationEvents } from '../facets/observe/events.js';
import type { ObjectSink } from '../facets/observe/diff/directory-edit.js';
import { isTree } from '../facets/observe/diff/directory-edit.js';
import { readGitignore } from '../facets/observe/gitignore-file.js';
import { throwIfFatal } from '../facets/observe/reading-failure.js';
import { remainsOfMissing } from '../facets/observe/diff/missing-subtree.js';
import type { NogbundleSelection } from '../facets/observe/selection.js';

/** What decides whether a recorded path would be recorded if it were new. */
export interface IgnoreQuestion {
  readonly reader: ObjectReader;
  /** The realdir, for its `.gitignore` files; null if it is missing. */
  readonly cursor: DirectoryCursor | null;
  /** The stub's `.gitignore`. */
  readonly exclude: Buffer | null;
  /** Nogbundles, which no rule ignores. */
  readonly selection: NogbundleSelection;
  /** Whether records of whole directories are among the blobs, so not on `master-content`. */
  readonly recordsDirectories: boolean;
  readonly events: ObservationEvents;
}

/**
 * Finds the recorded paths that ignore rules would keep from being recorded if they were new.
 * Returns the tree without them; with `sink` null it only tells which they are.
 *
 * @param onIgnored hears of each of them, not of `.nogtree` and what came from the stub
 * @throws ToplevelLostError if the realdir is not there any more, whose rules nobody knows then
 */
export function withoutIgnored(
  question: IgnoreQuestion,
  tree: Oid,
  sink: ObjectSink | null,
  onIgnored: (path: ByteString) => void,
): Oid | null {
  const { cursor, exclude, events } = question;
  try {
    const gitignore = cursor === null ? null : readGitignore(cursor, '', null, events);
    return new Pruning(question, sink, onIgnored).of(tree, '', IgnoreScope.root(exclude, gitignore), cursor !== null, 0);
  } finally {
    cursor?.close();
  }
}

class Pruning {
  constructor(
    private readonly question: IgnoreQuestion,
    private readonly sink: ObjectSink | null,
    private readonly onIgnored: (path: ByteString) => void,
  ) {}

  /**
   * @param scope null below an ignored directory
   * @param isEntered whether the cursor is in this directory
   * @throws TreeTooDeepError
   */
  of(tree: Oid, path: ByteString, scope: IgnoreScope | null, isEntered: boolean, depth: number): Oid | null {
    requireTreeDepth(depth, path);
    const recorded = this.question.reader.readTree(tree);
    const kept: TreeEntry[] = [];
    for (const entry of recorded) {
      const remains = isReserved(entry.name) ? entry : this.entry(entry, joinPath(path, entry.name), scope, isEntered, depth);
      if (remains !== null) kept.push(remains);
    }
    if (path !== '' && kept.length < recorded.length && kept.every(({ name }) => isReserved(name))) {
      kept.splice(0, kept.length, ...kept.filter(({ name }) => name !== NOGTREE));
    }
    if (kept.every((entry, index) => entry === recorded[index]) && kept.length === recorded.length) return tree;
    return kept.length === 0 || this.sink === null ? null : this.sink.writeTree(kept);
  }

  private entry(entry: TreeEntry, path: ByteString, scope: IgnoreScope | null, isEntered: boolean, depth: number): TreeEntry | null {
    if (!isTree(entry)) {
      if (!this.isIgnoredRecord(entry, path, scope)) return entry;
      this.onIgnored(path);
      return null;
    }
    const oid = this.subtree(entry, path, scope, isEntered, depth + 1);
    if (oid === entry.oid) return entry;
    return oid === null ? null : { ...entry, oid };
  }

  private subtree({ name, oid }: TreeEntry, path: ByteString, scope: IgnoreScope | null, isEntered: boolean, depth: number): Oid | null {
    const { cursor, events, reader, selection } = this.question;
    if (scope === null || scope.ignores(name, true)) {
      if (selection.isBelow(path)) return this.of(oid, path, null, false, depth);
      return remainsOfMissing(reader, oid, path, this.sink, this.onIgnored, false, depth);
    }
    const stat = isEntered ? this.attempt(path, () => cursor?.lstat(name)) : null;
    const isThere = stat?.kind === 'directory' && this.attempt(path, () => cursor?.descend(name, stat)) === true;
    if (!isThere || cursor === null) return this.of(oid, path, scope.enter(name, null), false, depth);
    const tree = this.of(oid, path, scope.enter(name, readGitignore(cursor, path, scope, events)), true, depth);
    cursor.ascend();
    return tree;
  }

  private isIgnoredRecord({ name, mode, oid }: TreeEntry, path: ByteString, scope: IgnoreScope | null): boolean {
    const { reader, selection, recordsDirectories } = this.question;
    if (selection.has(path)) return false;
    const asFile = scope === null || scope.ignores(name, false);
    const asDirectory = scope === null || scope.ignores(name, true);
    if (asDirectory === asFile || mode !== FileMode.file || !recordsDirectories) return asFile;
    // The record of a file always has a size; on `master-sha`, that of a directory never has one.
    const fields = parseRecord(reader.readBlob(oid));
    return fields !== null && (fields.has('dirs') || !fields.has('size')) ? asDirectory : asFile;
  }

  private attempt<T>(path: ByteString, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      throwIfFatal(error);
      this.question.events.onProblem(path, error);
      return null;
    }
  }
}
