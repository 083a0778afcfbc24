import type { ObjectReader } from '../../git/object-reader.js';
import type { DirectoryCursor } from '../../realdir/directory-cursor.js';
import type { TreeSummary } from '../../realdir/tree-summary.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObjectSink } from './directory-edit.js';
import type { Recorder } from './recorder.js';
import type { SeenDirectories } from './seen-directories.js';
import type { NogbundleSelection } from './selection.js';

/** `?` new, `M` modified, `D` deleted. */
export type ChangeLetter = '?' | 'M' | 'D';

/** What is told while a realdir is observed; paths are relative to the realdir. */
export interface ObservationEvents {
  /** A path differs from its last record; submodules that are new end with a slash. */
  onChange(letter: ChangeLetter, path: ByteString): void;
  /** A path could not be read and keeps its last record. */
  onProblem(path: ByteString, error: unknown): void;
  /** A path is recorded, but not as one might expect. */
  onWarning(path: ByteString, message: string): void;
  /** The entries of a directory were compared. */
  onVisited(directory: ByteString, entries: number): void;
}

/** All that an observation needs. */
export interface ObservationContext<State> {
  readonly cursor: DirectoryCursor;
  readonly reader: ObjectReader;
  /** Null to find out only what differs. */
  readonly sink: ObjectSink | null;
  readonly recorder: Recorder<State>;
  readonly selection: NogbundleSelection;
  /** What is known from earlier walks; null if all is to be compared. */
  readonly seen: SeenDirectories | null;
  /** The stub's `.gitignore`, which plays the part of `info/exclude`. */
  readonly exclude: Buffer | null;
  /** Summary of the entire realdir; null leaves unvisited what needs no visit. */
  readonly summary: TreeSummary | null;
  /** Summary of the realdir's own `.git`. */
  readonly gitSummary: TreeSummary | null;
  readonly events: ObservationEvents;
  /** Resolves when new objects may be written. */
  readonly beforeWrite: () => Promise<void> | undefined;
  /** Lets other work run now and then; rejects if the run was cancelled. */
  readonly breathe: () => Promise<void> | undefined;
}
