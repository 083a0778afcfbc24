import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { HashPool } from '../../realdir/hash/hash-pool.js';
import { inspectRepo } from '../../realdir/nested-git/nested-repo.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';
import { traceBelow } from '../../util/trace.js';
import type { MountPoints } from '../observe/mount-points.js';
import { yieldOutside } from '../observe/yield-outside.js';
import type { KnownHashes } from './known-hashes.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { remainsOfMissing } from '../observe/diff/missing-subtree.js';
import { Observation } from '../observe/observation.js';
import { NogbundleSelection, readRecordedStub } from '../observe/selection.js';
import type { RunLimits } from '../run-limits.js';
import type { ShaBudget } from './sha-recorder.js';
import { ShaRecorder } from './sha-recorder.js';
import type { ShaWatch } from './sha-watch.js';

/** What an observation for `sha` works with. */
export interface ShaObservation {
  readonly realdir: ByteString;
  readonly bounds: Bounds;
  readonly reader: ObjectReader;
  /** The recorded tree of `master-sha`. */
  readonly tree: Oid | null;
  /** The tree that says what was hashed. */
  readonly hashed: Oid | null;
  readonly sink: ObjectSink;
  /** Null hashes nothing: what is not known keeps its record. */
  readonly pool: HashPool | null;
  /** What was hashed by others. */
  readonly known?: readonly KnownHashes[];
  readonly watch?: ShaWatch;
  readonly events: ObservationEvents;
  readonly budget: ShaBudget;
  readonly mounts: MountPoints;
  readonly limits: RunLimits;
  readonly signal?: AbortSignal | undefined;
}

/** The trees to record, and whether the end of the realdir was reached. */
export interface ShaObserved {
  readonly tree: Oid | null;
  readonly hashed: Oid | null;
  readonly complete: boolean;
}

/**
 * Compares a realdir with the recorded tree of `master-sha` and hashes what is not known to be
 * hashed. A missing realdir counts as empty, but keeps its toplevel record.
 */
export async function observeSha(input: ShaObservation): Promise<ShaObserved> {
  const { realdir, bounds, reader, tree, sink, events, signal } = input;
  const cursor = DirectoryCursor.open(realdir, bounds);
  if (cursor === null) {
    const onDeleted = (path: ByteString): void => events.onChange('D', path);
    const remains = tree === null ? null : remainsOfMissing(reader, tree, '', sink, onDeleted, true);
    // What was hashed stays known: the directory may turn up under another name.
    return { tree: remains, hashed: input.hashed, complete: true };
  }
  try {
    const stub = readRecordedStub(reader, tree);
    const head = (): string | null | undefined => {
      try {
        const repo = inspectRepo(cursor.reach('.'), cursor.ground);
        return repo.isRepo ? repo.head : null;
      } catch (error) {
        events.onProblem('.git', error);
        return undefined;
      }
    };
    const trace = traceBelow('sha', realdir);
    const recorder = new ShaRecorder(
      reader,
      sink,
      input.pool,
      input.hashed,
      head,
      events,
      input.budget,
      input.limits,
      signal,
      trace,
      input.known,
      input.watch,
    );
    const observed = await new Observation({
      cursor,
      reader,
      sink,
      recorder,
      selection: NogbundleSelection.find(realdir, bounds, stub, (path, error) => events.onProblem(path, error)),
      fingerprints: null,
      exclude: stub.gitignore,
      summary: null,
      gitSummary: null,
      sumsVisitedOnly: false,
      mounts: input.mounts.isComplete ? null : input.mounts,
      ignoreSteps: input.limits.ignoreSteps,
      events,
      trace,
      beforeWrite: () => undefined,
      yieldTurn: yieldOutside(cursor, undefined),
    }).run(tree);
    return { tree: observed, hashed: recorder.hashedTree, complete: !recorder.exhausted };
  } finally {
    cursor.close();
  }
}
