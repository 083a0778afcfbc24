import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { NotEnteredError } from '../../realdir/reach/fuse-mounts.js';
import { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import { fetchNames, isLargeDirectory } from '../../realdir/walk/large-directory.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import { readSymlink } from '../../realdir/read/read-symlink.js';
import { isTimeToYield } from '../../util/async/yield-regularly.js';
import { MAX_TREE_DEPTH } from '../../git/trees/tree-depth.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { handled } from '../../util/async/handled.js';
import type { PathTrace } from '../../util/trace.js';
import { classifyDirectory, classifyInside, classifyLeaf, isSkipped } from './classify.js';
import type { ObservationContext } from './context.js';
import { Counting } from './counting.js';
import { isTree } from './diff/directory-edit.js';
import { DirectoryDiff } from './diff/directory-diff.js';
import { ExpectedEntries } from './expected-entries.js';
import { DirectoryListing } from './directory-listing.js';
import { leaveDirectory } from './leave-directory.js';
import type { CheckedEntry, FingerprintCheck } from './fingerprint/fingerprint-check.js';
import { checkFingerprint, isPassedOver } from './fingerprint/fingerprint-check.js';
import { RESERVED, UNCHANGED, VANISHED, whyNoLeaf, whyNotEntered, whyNotVisited, whySkipped, whyUnread } from './reasons.js';
import { throwIfFatal } from './reading-failure.js';
import type { EnteredDirectory } from './recorder.js';
import type { LeftSubtree } from '../threads/subtree.js';
import { WholeTrees } from './whole-trees.js';
import { isReserved } from '../../record/reserved-names.js';
import { symlinkRecord } from '../../record/records.js';

/** The tree of a directory, now or when the pending records are there. */
export type Visited = { readonly tree: Oid | null } | { readonly later: Promise<Oid | null> };

/**
 * Compares a realdir with its last record, one directory at a time. The memory that it takes
 * grows with the largest directory and the depth, not with the tree.
 */
export class Observation<State> {
  private readonly counting: Counting;
  private readonly wholes: WholeTrees<State>;
  private readonly listing: DirectoryListing;
  private readonly trace: PathTrace | null;

  constructor(private readonly context: ObservationContext<State>) {
    this.counting = new Counting(context);
    this.wholes = new WholeTrees(context, this.counting);
    this.listing = new DirectoryListing(context);
    this.trace = context.trace;
  }

  /** Returns the new tree of the facet; null if nothing is recorded. */
  async run(recordedOid: Oid | null): Promise<Oid | null> {
    const { cursor, exclude, ignoreSteps } = this.context;
    this.counting.add(cursor.rootStat);
    await fetchNames(cursor, '.', cursor.rootStat);
    const names = this.listing.names('', recordedOid);
    const scope = IgnoreScope.root(exclude, this.listing.gitignore('', names, null), ignoreSteps);
    const visited = await this.visit({ path: '', name: '', stat: cursor.rootStat }, names, recordedOid, scope, null);
    cursor.suspend();
    this.context.offers?.setIdle();
    return 'later' in visited ? await visited.later : visited.tree;
  }

  /** Compares a directory that another thread has left to this one: the cursor is in it. */
  async visitLeft({ directory, names, recorded }: LeftSubtree, scope: IgnoreScope | null): Promise<Visited> {
    const visited = await this.visit(directory, [...names], recorded, scope, null);
    this.context.cursor.suspend();
    return visited;
  }

  private async visit(
    directory: EnteredDirectory,
    names: ByteString[],
    recordedOid: Oid | null,
    scope: IgnoreScope | null,
    parent: State | null,
  ): Promise<Visited> {
    const { cursor, recorder, trace, yieldTurn } = this.context;
    const pause = yieldTurn() ?? this.outside(recorder.ready());
    if (pause !== undefined) await pause;
    const expected = (): ExpectedEntries => ExpectedEntries.at(this.context, directory.path, recordedOid, scope, this.counting.isWanted);
    const first = cursor.isSlow ? cursor.prefetch(0, names, expected, yieldTurn) : undefined;
    if (first !== undefined) await first;
    const check = checkFingerprint(this.context, directory.path, names, recordedOid, scope, this.counting.isWanted);
    if (check?.isKnown === true && !check.hasDirectories) {
      for (const stat of check.stats) if (stat !== undefined) this.counting.add(stat);
      this.noteVisited(directory, names);
      if (trace !== null) for (const name of names) trace.tell(joinPath(directory.path, name), whySkipped(scope, name) ?? UNCHANGED);
      return { tree: recordedOid };
    }

    const diff = new DirectoryDiff(this.context, directory, names, recordedOid, scope, parent);
    for (const [index, name] of names.entries()) {
      if (recorder.exhausted) {
        trace?.tell(directory.path, `left for later from ${textOfBytes(name)} on: the run has done as much as it may`);
        break;
      }
      const turn = isTimeToYield(index) || scope?.tookLong() === true ? yieldTurn() : undefined;
      if (turn !== undefined) await turn;
      const waiting = index > 0 && cursor.isSlow ? cursor.prefetch(index, names, expected, yieldTurn) : undefined;
      if (waiting !== undefined) await waiting;
      const stat = check?.stats[index];
      const entered = check?.isKnown === true && stat?.kind !== 'directory' ? this.known(diff, name, stat) : this.entry(diff, name, stat);
      if (entered !== undefined) await entered;
    }
    this.noteVisited(directory, names);
    if (scope?.isSpent === true) diff.noteSpent();
    if (!recorder.exhausted) {
      if (this.context.mounts?.isMissingIn(directory.path) === true) this.keepLost(diff);
      diff.removeMissing();
    }
    const { settled } = diff;
    if (settled !== null) return { later: handled(settled.then(() => this.closeLater(diff, check))) };
    const locked = diff.needsWrite ? this.outside(this.context.beforeWrite()) : undefined;
    if (locked !== undefined) await locked;
    const stored = diff.store(yieldTurn);
    if (stored !== undefined) await stored;
    return { tree: this.close(diff, check) };
  }

  private close(diff: DirectoryDiff<State>, check: FingerprintCheck | null): Oid | null {
    const tree = diff.finish();
    if (tree !== null && diff.isPlain) check?.remember(tree);
    return tree;
  }

  /** Closes a directory that has waited for records, outside of the realdir. */
  private async closeLater(diff: DirectoryDiff<State>, check: FingerprintCheck | null): Promise<Oid | null> {
    const { beforeWrite, yieldTurn } = this.context;
    if (diff.needsWrite) await beforeWrite();
    await diff.store(yieldTurn);
    return this.close(diff, check);
  }

  private noteVisited(directory: EnteredDirectory, names: readonly ByteString[]): void {
    this.context.events.onVisited(directory.path, names.length);
    this.context.offers?.count(names.length);
  }

  /** Waits outside of the realdir. */
  private outside(work: Promise<void> | undefined): Promise<void> | undefined {
    if (work !== undefined) this.context.cursor.suspend();
    return work;
  }

  /** An entry that is no directory, in a directory where all of these are as recorded. */
  private known(diff: DirectoryDiff<State>, name: ByteString, stat: EntryStat | undefined): undefined {
    diff.keep(name);
    if (stat !== undefined) this.counting.add(stat);
    if (this.trace !== null) this.trace.tell(diff.pathOf(name), whySkipped(diff.scope, name) ?? UNCHANGED);
  }

  /** @param known what the check of the fingerprint has told */
  private entry(diff: DirectoryDiff<State>, name: ByteString, known: CheckedEntry | undefined): Promise<void> | undefined {
    const recorded = diff.recorded(name);
    const reserved = diff.isReserved || isReserved(name);
    if (isSkipped(name, recorded, reserved, this.counting.isWanted, diff)) {
      if (this.trace !== null) this.trace.tell(diff.pathOf(name), reserved ? RESERVED : (whySkipped(diff.scope, name) ?? ''));
      return undefined;
    }
    if (recorded !== undefined && diff.scope !== null && isPassedOver(diff.scope, name)) diff.isPlain = false;
    const stat = known ?? this.attempt(diff, name, () => this.lstat(name));
    if (stat === null) return undefined;
    if (stat.kind === 'directory') return this.subdirectory(diff, name, stat, recorded, reserved);
    this.counting.add(stat);
    if (diff.directory.path === '' && name === '.git') this.context.gitSummary?.add(stat);
    const decision = classifyLeaf(stat.kind, name, recorded, reserved, diff);
    if (decision === 'file') return this.file(diff, name, stat, recorded);
    if (decision === 'symlink') this.symlink(diff, name, recorded, known?.target);
    else if (decision === 'replaces') diff.keepNogtree(name);
    if (this.trace !== null && decision !== 'symlink') this.trace.tell(diff.pathOf(name), whyNoLeaf(decision, diff.scope, name));
    return undefined;
  }

  /** What is recorded where a filesystem is not mounted stays as it is. */
  private keepUnmounted(diff: DirectoryDiff<State>, name: ByteString): void {
    diff.keep(name);
    diff.isPlain = false;
    this.context.recorder.unreadable(diff.state, name);
    this.counting.noteProblem();
    this.trace?.tell(diff.pathOf(name), 'kept as recorded: a filesystem is not mounted here, or below');
  }

  /** The same where the mount point is gone, too, or a directory on the way to it. */
  private keepLost(diff: DirectoryDiff<State>): void {
    diff.isPlain = false;
    for (const name of diff.missingNames())
      if (this.context.mounts?.isMissingIn(diff.pathOf(name)) === true) this.keepUnmounted(diff, name);
  }

  private lstat(name: ByteString): EntryStat | null {
    const { cursor, recorder } = this.context;
    return recorder.precise ? cursor.lstatPrecise(name) : cursor.lstat(name);
  }

  /** Runs a reading call; if it fails, the entry keeps its record and null is returned. */
  private attempt<T>(diff: DirectoryDiff<State>, name: ByteString, read: () => T): T | null {
    try {
      const value = read();
      if (value === null) this.trace?.tell(diff.pathOf(name), VANISHED);
      return value;
    } catch (error) {
      throwIfFatal(error);
      this.trace?.tell(diff.pathOf(name), whyUnread(error));
      diff.keep(name);
      diff.isPlain = false;
      this.context.recorder.unreadable(diff.state, name);
      // What is never entered is no part of any sum.
      if (!(error instanceof NotEnteredError)) this.counting.noteProblem();
      this.context.events.onProblem(diff.pathOf(name), error);
      return null;
    }
  }

  /** Returns what to wait for before the next entry, if the recorder has too much to do. */
  private file(
    diff: DirectoryDiff<State>,
    name: ByteString,
    stat: EntryStat,
    recorded: TreeEntry | undefined,
  ): Promise<void> | undefined {
    const { cursor, recorder } = this.context;
    diff.keep(name);
    const recordedOid = recorded?.mode === FileMode.file ? recorded.oid : null;
    const record = recorder.file(diff.state, name, stat, recordedOid, (entry) => cursor.reach(entry));
    if (!(record instanceof Promise)) {
      diff.setFile(recorded, name, FileMode.file, record);
      return undefined;
    }
    diff.closeAfter(record.then((body) => diff.setFile(recorded, name, FileMode.file, body)));
    return this.outside(recorder.ready());
  }

  private symlink(diff: DirectoryDiff<State>, name: ByteString, recorded: TreeEntry | undefined, known: ByteString | undefined): void {
    const target = known ?? this.attempt(diff, name, () => readSymlink(this.context.cursor.reach(name)));
    if (target === null) return;
    diff.keep(name);
    diff.setFile(recorded, name, FileMode.symlink, symlinkRecord(target));
  }

  private async subdirectory(
    diff: DirectoryDiff<State>,
    name: ByteString,
    stat: EntryStat,
    recorded: TreeEntry | undefined,
    reserved: boolean,
  ): Promise<void> {
    const { cursor, selection, mounts, offers } = this.context;
    const path = diff.pathOf(name);
    const directory: EnteredDirectory = { path, name, stat };
    const isAboveNogbundle = selection.isBelow(path);
    const decision = classifyDirectory({
      isReserved: reserved,
      isUnmounted: mounts?.isMissingAt(path) === true,
      isNogbundle: selection.has(path),
      isAboveNogbundle,
      recorded,
      isIgnored: () => diff.ignores(name, true),
    });
    if (decision === 'unmounted') return this.keepUnmounted(diff, name);
    if (this.trace !== null && decision !== 'enter') this.trace.tell(path, whyNotEntered(decision, diff.scope, name));
    if (decision === 'nogbundle') return this.wholes.record(diff, { ...directory, kind: 'nogbundle', head: null }, recorded);
    if (decision === 'reserved' || decision === 'ignored') return diff.closeAfterSums(await this.counting.below(directory));

    if (cursor.isSlow) await cursor.prefetchInside(name, this.context.yieldTurn);
    if (isLargeDirectory(stat)) await fetchNames(cursor, name, stat);
    const inside = this.attempt(diff, name, () => this.listing.enter(directory, recorded, !isAboveNogbundle));
    if (inside === null) return;
    const { names, repo } = inside;
    const isIgnored = decision === 'enterIgnored';
    const isRecordedWhole = (): boolean => this.wholes.isRecorded(recorded);
    const isTooDeep = cursor.depth > MAX_TREE_DEPTH;
    const insideDecision = classifyInside({ isIgnored, isAboveNogbundle, isRepo: repo.isRepo, isTooDeep, recorded, isRecordedWhole });
    if (insideDecision !== 'visit') {
      cursor.ascend();
      if (this.trace !== null) this.trace.tell(path, whyNotVisited(insideDecision, repo));
      if (insideDecision === 'ignored') return diff.closeAfterSums(await this.counting.below(directory));
      return this.wholes.recordEntered(diff, directory, repo, recorded);
    }

    this.trace?.tell(path, stat.dev === diff.directory.stat.dev ? 'entered' : 'entered: another filesystem');
    this.counting.add(stat);
    const scope = isIgnored ? null : (diff.scope?.enter(name, this.listing.gitignore(path, names, diff.scope)) ?? null);
    const recordedTree = recorded !== undefined && isTree(recorded) ? recorded.oid : null;
    if (leaveDirectory(this.context, this.counting, diff, { directory, names, scope, recorded })) return;
    const before = offers?.counted ?? 0;
    const visited = await this.visit(directory, names, recordedTree, scope, diff.state);
    offers?.noteSize(cursor.depth, before);
    cursor.ascend();
    diff.keep(name);
    if ('later' in visited) diff.closeAfter(visited.later.then((tree) => diff.setTree(recorded, name, tree)));
    else diff.setTree(recorded, name, visited.tree);
  }
}
