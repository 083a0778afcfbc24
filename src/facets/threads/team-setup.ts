import type { MessagePort } from 'node:worker_threads';
import type { Identity } from '../../realdir/walk/identity.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { TreeSums } from '../../realdir/sums/tree-summary.js';
import type { RawObject } from '../../git/objects/base-cache.js';
import type { ByteString } from '../../util/byte-string.js';
import type { PassedError } from '../../util/threads/passed-error.js';
import type { FacetResult } from '../facet-result.js';
import type { ChangeLetter } from '../observe/events.js';

/** What a thread of a team needs to know about the walk that it takes parts of: plain data. */
export interface ThreadSetup {
  readonly realdir: ByteString;
  /** What of `Bounds` can be passed on. */
  readonly root: ByteString | null;
  readonly entersFuse: boolean;
  /** Which directory the realdir is for the main thread. */
  readonly top: Identity;
  readonly gitDir: ByteString;
  /** The writer's lock, which the main thread holds before anything is written. */
  readonly lockName: string;
  readonly nogbundles: readonly ByteString[];
  readonly exclude: ByteString | null;
  readonly ignoreSteps: number;
  /** Sums of nogbundles and submodules are made anew, too. */
  readonly isRecheck: boolean;
  readonly sumsVisitedOnly: boolean;
  /** What is known of directories; null if all is to be compared. */
  readonly fingerprints: ByteString | null;
  /** Directories whose sums the main thread may know. */
  readonly summedElsewhere: readonly ByteString[];
  readonly tellsChanges: boolean;
  readonly tellsTrace: boolean;
  readonly leastEntries: number | undefined;
  readonly seats: SharedArrayBuffer;
  /** Of the thread; the main thread has 0. */
  readonly seat: number;
  readonly ports: readonly (readonly [seat: number, port: MessagePort])[];
}

/** What a thread tells while it walks. */
export interface Told {
  /** Entries that it has looked at so far, and the directory that was last. */
  readonly visited: number;
  readonly directory: ByteString;
  readonly changes: readonly (readonly [ChangeLetter, ByteString])[];
  readonly trace: readonly string[];
}

/** What the main thread can be asked. */
export interface MainThread {
  /** The thread takes what others leave, from now on. */
  readonly begun: () => void;
  /** Has the writer's lock taken, if it is not. */
  readonly lock: () => Promise<void>;
  /** Sums that are known of a directory. */
  readonly sumsOf: (asked: { readonly path: ByteString; readonly stat: EntryStat }) => Promise<TreeSums | null>;
  readonly tell: (told: Told) => void;
  /** Something has failed that ends the run. */
  readonly fail: (error: PassedError) => void;
}

/** What a thread hands over when all has been walked. */
export interface HandedOver {
  readonly result: FacetResult;
  /** New objects, if they are so few that they are not worth a pack. */
  readonly objects: readonly RawObject[];
}

/** What a thread can be asked by the main thread. */
export interface TeamThread {
  readonly handOver: () => HandedOver;
  /** Puts its pack on disk, if there is one; returns the path of its guard. */
  readonly finish: () => ByteString | null;
  /** Ends what it does, and removes what it has written. */
  readonly stop: () => Promise<void>;
}
