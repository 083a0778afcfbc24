import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { SumsOf, TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { PathTrace } from '../../util/trace.js';
import type { SubtreeOffers } from '../threads/subtree-offers.js';
import type { MountPoints } from './mount-points.js';
import type { ObjectSink } from './diff/directory-edit.js';
import type { Recorder } from './recorder.js';
import type { DirectoryFingerprints } from './fingerprint/directory-fingerprints.js';
import type { NogbundleSelection } from './selection.js';
import type { ObservationEvents } from './events.js';

/** All that an observation needs. */
export interface ObservationContext<State> {
  readonly cursor: DirectoryCursor;
  readonly reader: ObjectReader;
  /** Null to find out only what differs. */
  readonly sink: ObjectSink | null;
  readonly recorder: Recorder<State>;
  readonly selection: NogbundleSelection;
  /** What is known from earlier walks; null if all is to be compared. */
  readonly fingerprints: DirectoryFingerprints | null;
  /** The stub's `.gitignore`, which plays the part of `info/exclude`. */
  readonly exclude: Buffer | null;
  /** Steps that matching ignore rules may take in each directory. */
  readonly ignoreSteps: number;
  /** Summary of the entire realdir; null leaves unvisited what needs no visit. */
  readonly summary: TreeSummary | null;
  /** Summary of the realdir's own `.git`. */
  readonly gitSummary: TreeSummary | null;
  /** True if nothing is walked for the summary of the entire realdir alone: where that would be needed, it stays incomplete. */
  readonly sumsVisitedOnly: boolean;
  /** Sums over directories, by paths relative to the realdir, that are known already. */
  readonly sumsOf?: SumsOf | undefined;
  /** Other threads, which may take subtrees; none if it is not given. */
  readonly offers?: SubtreeOffers | undefined;
  /** Filesystems that are not mounted in the realdir, though they were: what is recorded there stays. */
  readonly mounts: MountPoints | null;
  readonly events: ObservationEvents;
  /** Told what is decided about each path; null if nobody wants to know. */
  readonly trace: PathTrace | null;
  /** Resolves when new objects may be written. */
  readonly beforeWrite: () => Promise<void> | undefined;
  /** Lets other work run now and then; rejects if the run was cancelled. */
  readonly yieldTurn: YieldTurn;
}
