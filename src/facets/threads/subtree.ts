import type { Oid } from '../../git/objects/object-id.js';
import type { ScopePart } from '../../realdir/ignore/ignore-rules.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { PartialSums } from '../../realdir/sums/tree-summary.js';
import type { Level } from '../../realdir/walk/level-chain.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FoundFingerprints } from '../observe/fingerprint/directory-fingerprints.js';
import type { EnteredDirectory } from '../observe/recorder.js';

/* What threads of one walk leave to one another. All of it passes between them, so it is plain data. */

/** A directory that one thread has entered, and leaves to another one with all that is below it. */
export interface LeftSubtree {
  readonly directory: EnteredDirectory;
  /** All names that are in it. */
  readonly names: readonly ByteString[];
  readonly recorded: Oid | null;
  /** The ignore rules in effect; null below an ignored directory. */
  readonly scope: readonly ScopePart[] | null;
  /** The way to it from the toplevel. */
  readonly levels: readonly Level[];
  /** Sums are wanted, too. */
  readonly isCounted: boolean;
}

/** What has become of it. */
export interface ComparedSubtree {
  /** Its tree now; null if nothing is recorded. */
  readonly tree: Oid | null;
  /** What was found of its fingerprints. */
  readonly fingerprints: FoundFingerprints | null;
  readonly sums: PartialSums | null;
}

/** A directory that is to be summed up by another thread. */
export interface LeftSum {
  /** The way from the toplevel to the directory that it is in. */
  readonly levels: readonly Level[];
  readonly name: ByteString;
  readonly stat: EntryStat;
  /** Of the directory that it is in, relative to the toplevel. */
  readonly parent: ByteString;
}

/** What a thread can be asked by the others. */
export interface WalkThread {
  readonly compare: (subtree: LeftSubtree) => Promise<ComparedSubtree>;
  readonly sum: (left: LeftSum) => Promise<PartialSums>;
}
