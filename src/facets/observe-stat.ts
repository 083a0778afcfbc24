import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { FileMode } from '../git/tree-codec.js';
import { DirectoryCursor } from '../realdir/directory-cursor.js';
import type { SumHooks } from '../realdir/sum-below.js';
import { sumBelow } from '../realdir/sum-below.js';
import { NOGTREE } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { breatherOf } from './observe/breather.js';
import type { ObservationContext, ObservationEvents } from './observe/context.js';
import { DirectoryEdit } from './observe/directory-edit.js';
import type { ObjectSink } from './observe/directory-edit.js';
import { remainsOfMissing } from './observe/missing-subtree.js';
import { Observation } from './observe/observation.js';
import type { SeenDirectories } from './observe/seen-directories.js';
import type { RecordedStub } from './observe/selection.js';
import { NogbundleSelection, readRecordedStub } from './observe/selection.js';
import { StatRecorder } from './stat-recorder.js';
import { isRecordedImmutable, readToplevel, ToplevelStat } from './toplevel-stat.js';

/** What an observation for `stat` or `status` works with. */
export interface StatObservation {
  readonly realdir: ByteString;
  readonly reader: ObjectReader;
  /** The recorded tree of `master-stat`. */
  readonly tree: Oid | null;
  /** Null to find out only what differs. */
  readonly sink: ObjectSink | null;
  readonly events: ObservationEvents;
  /** Rules to try instead of those that are recorded. */
  readonly stub?: RecordedStub;
  readonly mtimeRange?: 'range' | 'only' | undefined;
  readonly recheck?: boolean | undefined;
  /** What is known about directories that have not changed; asked and added to. */
  readonly seen?: SeenDirectories;
  readonly signal?: AbortSignal | undefined;
  beforeWrite(): Promise<void> | undefined;
}

/**
 * Compares a realdir with the recorded tree of `master-stat`; returns the tree that is to be
 * recorded. A missing realdir counts as empty, unless it was recorded as immutable.
 */
export async function observeStat(input: StatObservation): Promise<Oid | null> {
  const { realdir, reader, tree, sink, events } = input;
  const recordedTop = readToplevel(reader, tree);
  const cursor = DirectoryCursor.open(realdir);
  if (cursor === null) {
    if (tree === null || isRecordedImmutable(recordedTop)) return tree;
    if (recordedTop !== null) events.onChange('D', '.');
    await input.beforeWrite();
    return remainsOfMissing(reader, tree, '', sink, (path) => events.onChange('D', path));
  }
  try {
    const forced = input.mtimeRange !== undefined || input.recheck === true;
    const toplevel = new ToplevelStat(realdir, cursor, recordedTop, forced, events);
    if (toplevel.letter !== null) events.onChange(toplevel.letter, '.');
    if (input.mtimeRange === 'only') return await renewToplevel(input, cursor, toplevel);
    const stub = input.stub ?? readRecordedStub(reader, tree);
    const context: ObservationContext<null> = {
      cursor,
      reader,
      sink,
      recorder: new StatRecorder(input.recheck === true, () => toplevel.record()),
      selection: NogbundleSelection.find(realdir, stub, (path, error) => events.onProblem(path, error)),
      seen: input.seen ?? null,
      exclude: stub.gitignore,
      summary: sink === null ? null : toplevel.summary,
      gitSummary: toplevel.gitSummary,
      events,
      beforeWrite: () => input.beforeWrite(),
      breathe: breatherOf(cursor, input.signal),
    };
    return await new Observation(context).run(tree);
  } finally {
    cursor.close();
  }
}

/** `--mtime-range-only`: the toplevel summary and nothing else. */
async function renewToplevel(
  input: StatObservation,
  cursor: DirectoryCursor,
  toplevel: ToplevelStat,
): Promise<Oid | null> {
  const { reader, tree, sink, events } = input;
  const { summary, gitSummary } = toplevel;
  if (summary === null || sink === null) return tree;
  const hooks: SumHooks = {
    breathe: breatherOf(cursor, input.signal),
    onProblem: (path, error) => events.onProblem(path, error),
    onVisited: (path, entries) => events.onVisited(path, entries),
  };
  summary.add(cursor.rootStat);
  for (const name of cursor.names()) {
    const stat = cursor.lstat(name);
    if (stat === null) continue;
    const summaries = name === '.git' && gitSummary !== null ? [summary, gitSummary] : [summary];
    if (stat.kind !== 'directory') for (const each of summaries) each.add(stat);
    else await sumBelow(cursor, name, stat, summaries, hooks);
  }
  cursor.suspend();
  const record = toplevel.record();
  if (record === null) return tree;
  const entries = tree === null ? [] : reader.readTree(tree);
  const edit = new DirectoryEdit(tree, () => entries);
  edit.setBlob(entries.find((entry) => entry.name === NOGTREE), NOGTREE, FileMode.file, record);
  if (!edit.isEmpty) await input.beforeWrite();
  return edit.write(sink);
}
