import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { unlessBarred } from '../../realdir/reach/fuse-mounts.js';
import { doubledWarning } from '../../realdir/walk/listed-names.js';
import { fetchNames } from '../../realdir/walk/large-directory.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import type { SumHooks } from '../../realdir/sums/sum-below.js';
import { sumBelow } from '../../realdir/sums/sum-below.js';
import type { SumsOf, TreeSums } from '../../realdir/sums/tree-summary.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { traceBelow } from '../../util/trace.js';
import type { MountPoints } from '../observe/mount-points.js';
import { yieldOutside } from '../observe/yield-outside.js';
import type { ObservationContext } from '../observe/context.js';
import type { ObservationEvents } from '../observe/events.js';
import { DirectoryEdit } from '../observe/diff/directory-edit.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { remainsOfMissing } from '../observe/diff/missing-subtree.js';
import { Observation } from '../observe/observation.js';
import type { RunLimits } from '../run-limits.js';
import { LIMITS_BY_HAND } from '../run-limits.js';
import type { DirectoryFingerprints } from '../observe/fingerprint/directory-fingerprints.js';
import type { RecordedStub } from '../observe/selection.js';
import { NogbundleSelection, readRecordedStub } from '../observe/selection.js';
import { StatRecorder } from './stat-recorder.js';
import type { WalkTeam } from '../threads/walk-team.js';
import { entriesOf, isKeptAsImmutable, readToplevel, ToplevelStat } from './toplevel-stat.js';

/**
 * Which sums of directory trees are made anew although nothing triggers it: those over what is
 * visited anyway, or all of them.
 */
export type Summaries = 'visited' | 'all';

/** What an observation has summed up. */
export interface SummedRealdir {
  /** The toplevel directory. */
  readonly root: EntryStat;
  /** Over the entire realdir; null if something was not read. */
  readonly sums: TreeSums | null;
  /** Records of nogbundles and submodules were made anew, too. */
  readonly all: boolean;
}

/** What an observation for `stat` or `status` works with. */
export interface StatObservation {
  readonly realdir: ByteString;
  readonly bounds: Bounds;
  readonly reader: ObjectReader;
  /** The recorded tree of `master-stat`. */
  readonly tree: Oid | null;
  /** Null to find out only what differs. */
  readonly sink: ObjectSink | null;
  readonly events: ObservationEvents;
  /**
   * Called if the realdir is recorded as immutable, and is so or missing: the tree is returned as it is. Without
   * it, whatever is there is compared.
   */
  readonly onImmutable?: (() => void) | undefined;
  /** Rules to try instead of those that are recorded. */
  readonly stub?: RecordedStub;
  readonly mtimeRange?: 'range' | 'only' | undefined;
  readonly recheck?: boolean | undefined;
  readonly summaries?: Summaries | undefined;
  /** Sums over directories, by paths relative to the realdir, that are known already. */
  readonly sumsOf?: SumsOf | undefined;
  /** Told the sums, if any were made. */
  readonly onSummed?: (summed: SummedRealdir) => void;
  readonly mounts?: MountPoints | undefined;
  readonly limits?: RunLimits | undefined;
  /** What is known about directories that have not changed; asked and added to. */
  readonly fingerprints?: DirectoryFingerprints;
  readonly signal?: AbortSignal | undefined;
  /** Further threads, which take parts of the walk. */
  readonly team?: WalkTeam | null | undefined;
  beforeWrite(): Promise<void> | undefined;
}

/**
 * Compares a realdir with the recorded tree of `master-stat`; returns the tree that is to be
 * recorded. A missing realdir counts as empty.
 */
export async function observeStat(input: StatObservation): Promise<Oid | null> {
  const { realdir, bounds, reader, tree, sink, events } = input;
  const recordedTop = readToplevel(reader, tree);
  const cursor = DirectoryCursor.open(realdir, bounds);
  if (input.onImmutable !== undefined && isKeptAsImmutable(cursor, recordedTop)) {
    cursor?.close();
    traceBelow(sink === null ? 'status' : 'stat', realdir)?.tell('', 'kept as recorded: it is immutable');
    input.onImmutable();
    return tree;
  }
  if (cursor === null) {
    if (tree === null) return tree;
    if (recordedTop !== null) events.onChange('D', '.');
    await input.beforeWrite();
    if (input.mtimeRange === 'only') return withoutToplevel(input, tree);
    return remainsOfMissing(reader, tree, '', sink, (path) => events.onChange('D', path));
  }
  try {
    const forced = input.mtimeRange !== undefined || input.recheck === true || input.summaries !== undefined;
    const toplevel = new ToplevelStat(cursor, recordedTop, forced, events);
    const mounts = input.mounts?.isComplete === false ? input.mounts : null;
    mounts?.report(events);
    if (mounts !== null && toplevel.summary !== null) toplevel.summary.complete = false;
    // Sums over what is not mounted are kept, so there will be no new record.
    if (toplevel.letter !== null && (mounts === null || recordedTop === null)) events.onChange(toplevel.letter, '.');
    if (input.mtimeRange === 'only') return await renewToplevel(input, cursor, toplevel);
    // Where the toplevel record needs all sums in any case, no other record need be older.
    const all = input.recheck === true || input.summaries === 'all' || (input.summaries === 'visited' && toplevel.isStale);
    const stub = input.stub ?? readRecordedStub(reader, tree);
    // What is not mounted concerns few, and is found out by one thread.
    const team = mounts === null ? input.team : null;
    const offers = team?.gather(entriesOf(recordedTop));
    const context: ObservationContext<null> = {
      cursor,
      reader,
      sink,
      recorder: new StatRecorder(all, () => toplevel.record()),
      selection: NogbundleSelection.find(realdir, bounds, stub, (path, error) => events.onProblem(path, error)),
      offers,
      fingerprints: input.fingerprints ?? null,
      exclude: stub.gitignore,
      summary: sink === null ? null : toplevel.summary,
      gitSummary: toplevel.gitSummary,
      sumsVisitedOnly: input.summaries === 'visited' && !all,
      sumsOf: input.sumsOf,
      mounts,
      ignoreSteps: (input.limits ?? LIMITS_BY_HAND).ignoreSteps,
      events,
      trace: traceBelow(sink === null ? 'status' : 'stat', realdir),
      beforeWrite: () => input.beforeWrite(),
      yieldTurn: yieldOutside(cursor, input.signal),
    };
    await team?.begin(context, all);
    const observed = await new Observation(context).run(tree);
    const { summary } = context;
    if (summary !== null) input.onSummed?.({ root: cursor.rootStat, sums: summary.complete ? summary : null, all });
    return observed;
  } finally {
    cursor.close();
  }
}

/** `--mtime-range-only` on a missing realdir: the toplevel summary goes, all else stays. */
function withoutToplevel({ reader, sink }: StatObservation, tree: Oid): Oid | null {
  if (sink === null) return tree;
  const edit = new DirectoryEdit(tree, () => reader.readTree(tree));
  if (reader.lookUpTree(tree).get(NOGTREE) !== undefined) edit.remove(NOGTREE);
  return edit.write(sink);
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
    yieldTurn: yieldOutside(cursor, input.signal),
    onProblem: (path, error) => events.onProblem(path, error),
    onWarning: (path, message) => events.onWarning(path, message),
    onVisited: (path, entries) => events.onVisited(path, entries),
  };
  summary.add(cursor.rootStat);
  await fetchNames(cursor, '.', cursor.rootStat);
  for (const name of cursor.names((doubled) => events.onWarning('', doubledWarning(doubled)))) {
    const stat = unlessBarred(() => cursor.lstat(name));
    if (stat === null) continue;
    const summaries = name === '.git' && gitSummary !== null ? [summary, gitSummary] : [summary];
    const turn = hooks.yieldTurn();
    if (turn !== undefined) await turn;
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
