import type { Oid } from '../../git/objects/object-id.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { RecordFields } from '../../record/parse.js';
import type { ByteString } from '../../util/byte-string.js';

/** A nogbundle, a submodule, or a directory too deep for Git: one record for a whole tree. */
export interface SummarizedDirectory {
  readonly kind: 'nogbundle' | 'submodule';
  readonly path: ByteString;
  readonly name: ByteString;
  readonly stat: EntryStat;
  /** Commit of a submodule in hexadecimal; null for nogbundles and repositories without one. */
  readonly head: string | null;
}

/** A directory that is recorded entry by entry. */
export interface EnteredDirectory {
  /** Relative to the realdir; empty for the toplevel. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly stat: EntryStat;
}

/** What decides about a directory's `.nogtree` after its entries have been compared. */
export interface DirectoryOutcome {
  /** A path directly in the directory was added, changed or deleted. */
  readonly changed: boolean;
  /** A path directly in the directory was deleted. */
  readonly deleted: boolean;
  /** Directly contains nogbundles or submodules. */
  readonly hasSummarized: boolean;
  /** Nothing is in the real directory, but for names that are never tracked. */
  readonly empty: boolean;
}

/**
 * What one facet records, and when. The observation compares what a recorder returns with the last
 * record, so a recorder may return an unchanged record; `null` says "as recorded last".
 *
 * @typeParam State what the recorder keeps for each open directory
 */
export interface Recorder<State> {
  /** True if `file` needs times in nanoseconds: its `stat` is a PreciseStat then. */
  readonly precise: boolean;
  /**
   * True if a directory's `.nogtree` stays for as long as anything at all is at the directory's
   * path; what took the directory's place is not recorded then.
   */
  readonly keepsReplacedNogtree: boolean;
  /** Called before the entries of a directory; `parent` is null for the toplevel. */
  open(directory: EnteredDirectory, parent: State | null): State;
  /**
   * The record of a regular file. A promise may be pending while the walk goes on; it resolves to
   * null if the file keeps its last record.
   */
  file(
    state: State,
    name: ByteString,
    stat: EntryStat,
    recorded: Oid | null,
    reach: (entry: ByteString) => ByteString,
  ): ByteString | Buffer | null | Promise<ByteString | Buffer | null>;
  /** False if a record must be made anew; only then is the directory walked for its summary. */
  isCurrent(directory: SummarizedDirectory, recorded: () => RecordFields | null): boolean;
  /** True if records of whole trees contain counts, so that these trees must be walked. */
  readonly countsTrees: boolean;
  /** The record of a whole tree; `summary` is null where `countsTrees` is false. */
  summarized(directory: SummarizedDirectory, summary: TreeSummary | null): ByteString;
  /** The directory's `.nogtree`: a record, null to leave it as it is, or `'remove'`. */
  nogtree(directory: EnteredDirectory, outcome: DirectoryOutcome): ByteString | null | 'remove';
  /** An entry cannot be read and keeps its record. */
  unreadable(state: State, name: ByteString): void;
  /** Called when all of a directory, promises included, is known. */
  close(state: State): void;
  /** Resolves when the walk may go on: bounds the work that is pending. */
  ready(): Promise<void> | undefined;
  /** True from the moment on when the rest shall keep its last record, to end the run early. */
  readonly exhausted: boolean;
}
