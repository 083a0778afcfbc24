import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { DirectoryCursor } from '../realdir/directory-cursor.js';
import type { HashPool } from '../realdir/hash-pool.js';
import { inspectRepo } from '../realdir/nested-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { breatherOf } from './observe/breather.js';
import type { ObservationEvents } from './observe/context.js';
import type { ObjectSink } from './observe/directory-edit.js';
import { remainsOfMissing } from './observe/missing-subtree.js';
import { Observation } from './observe/observation.js';
import { NogbundleSelection, readRecordedStub } from './observe/selection.js';
import type { ShaBudget } from './sha-recorder.js';
import { ShaRecorder } from './sha-recorder.js';

/** What an observation for `sha` works with. */
export interface ShaObservation {
  readonly realdir: ByteString;
  readonly reader: ObjectReader;
  /** The recorded tree of `master-sha`. */
  readonly tree: Oid | null;
  /** The tree that says what was hashed. */
  readonly seen: Oid | null;
  readonly sink: ObjectSink;
  readonly pool: HashPool;
  readonly events: ObservationEvents;
  readonly budget: ShaBudget;
  readonly signal?: AbortSignal | undefined;
}

/** The trees to record, and whether the end of the realdir was reached. */
export interface ShaObserved {
  readonly tree: Oid | null;
  readonly seen: Oid | null;
  readonly complete: boolean;
}

/**
 * Compares a realdir with the recorded tree of `master-sha` and hashes what is not known to be
 * hashed. A missing realdir counts as empty, but keeps its toplevel record.
 */
export async function observeSha(input: ShaObservation): Promise<ShaObserved> {
  const { realdir, reader, tree, sink, events, signal } = input;
  const cursor = DirectoryCursor.open(realdir);
  if (cursor === null) {
    const onDeleted = (path: ByteString): void => events.onChange('D', path);
    const remains = tree === null ? null : remainsOfMissing(reader, tree, '', sink, onDeleted, true);
    return { tree: remains, seen: null, complete: true };
  }
  try {
    const stub = readRecordedStub(reader, tree);
    const head = (): string | null | undefined => {
      try {
        const repo = inspectRepo(realdir);
        return repo.isRepo ? repo.head : null;
      } catch (error) {
        events.onProblem('.git', error);
        return undefined;
      }
    };
    const recorder = new ShaRecorder(reader, sink, input.pool, input.seen, head, events, input.budget, signal);
    const observed = await new Observation({
      cursor,
      reader,
      sink,
      recorder,
      selection: NogbundleSelection.find(realdir, stub, (path, error) => events.onProblem(path, error)),
      seen: null,
      exclude: stub.gitignore,
      summary: null,
      gitSummary: null,
      events,
      beforeWrite: () => undefined,
      breathe: breatherOf(cursor, undefined),
    }).run(tree);
    return { tree: observed, seen: recorder.seenTree, complete: !recorder.exhausted };
  } finally {
    cursor.close();
  }
}
