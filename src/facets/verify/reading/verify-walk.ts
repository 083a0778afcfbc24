import type { Oid } from '../../../git/objects/object-id.js';
import type { TreeEntry } from '../../../git/trees/tree-codec.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../../git/trees/tree-depth.js';
import { ENTRIES_ONLY } from '../../../realdir/ahead/expected.js';
import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import { isOwnDirectory } from '../../../realdir/reach/own-directory.js';
import { confirmGone } from '../../../realdir/walk/hidden-directory.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath } from '../../../util/byte-string.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import { isTimeToYield } from '../../../util/async/yield-regularly.js';
import { isTree } from '../../observe/diff/directory-edit.js';
import type { MountPoints } from '../../observe/mount-points.js';
import { throwIfFatal } from '../../observe/reading-failure.js';
import type { RunLimits } from '../../run-limits.js';
import { Outstanding } from '../../../util/async/outstanding.js';
import { HashedDirectory } from '../../sha/hashed-directory.js';
import { isAsHashed, hasSameTimes } from '../../sha/hashed-look.js';
import { HOLLOW, isHollow } from '../../sha/hollow-file.js';
import type { Interval } from '../past/path-ranges.js';
import type { ReadContext } from './read-files.js';
import { FileReader } from './read-files.js';
import type { Findings } from '../verify-state.js';

/** When to stop reading. */
export interface ReadBudget {
  /** Bytes of files that may be begun. */
  readonly bytes: number;
  /** `performance.now()` at which no further file is begun. */
  readonly deadline: number;
}

/** What a walk reads. */
export interface WalkInput extends ReadContext {
  /** The tree of `master-sha`. */
  readonly tree: Oid;
  /** The tree of `refs/fso/sha-seen`. */
  readonly hashed: Oid | null;
  readonly findings: Findings;
  readonly interval: Interval;
  /** True for a file that was read not long ago, and need not be read. */
  readonly isFresh: ((path: ByteString) => boolean) | null;
  readonly mounts: MountPoints | null;
  readonly limits: RunLimits;
  readonly budget: ReadBudget;
  readonly yieldTurn: YieldTurn;
}

/** Reads the files of a realdir that are recorded, in the order of their paths, and compares them. */
export class VerifyWalk {
  private readonly files: FileReader;
  private readonly reading = new Outstanding();
  /** Bytes of files that were begun. */
  submitted = 0;
  private stopped = false;

  constructor(private readonly input: WalkInput) {
    this.files = new FileReader(input);
  }

  /** Returns true if the end was reached; false if the budget is used up, or the run is to end. */
  async run(): Promise<boolean> {
    const { input } = this;
    await this.visit('', input.tree, input.hashed, 0);
    input.cursor.suspend();
    await this.reading.whenDone();
    await this.files.readAgain();
    return !this.stopped && input.signal?.aborted !== true;
  }

  private get isSpent(): boolean {
    const { signal, budget } = this.input;
    const isOver = this.submitted > 0 && (this.submitted >= budget.bytes || performance.now() >= budget.deadline);
    this.stopped ||= isOver || signal?.aborted === true;
    return this.stopped;
  }

  private async visit(directory: ByteString, tree: Oid, hashedTree: Oid | null, depth: number): Promise<void> {
    requireTreeDepth(depth, directory);
    const { cursor, reader, events, yieldTurn } = this.input;
    const pause = yieldTurn();
    if (pause !== undefined) await pause;
    const hashed = new HashedDirectory(reader, hashedTree);
    const entries = reader.readTree(tree);
    const names = entries.map(({ name }) => name);
    let isTrusted: boolean | null = null;
    let looked = 0;
    for (const [index, entry] of entries.entries()) {
      const turn = isTimeToYield(index) ? yieldTurn() : undefined;
      if (turn !== undefined) await turn;
      const path = joinPath(directory, entry.name);
      if (isTree(entry)) {
        if (this.isSpent) break;
        if (this.isOfInterest(path)) await this.subdirectory(path, entry, hashed.subtree(entry.name), depth);
        continue;
      }
      const look = entry.mode === FileMode.file ? hashed.files.get(entry.name) : undefined;
      if (look === undefined || !this.isIn(path)) continue;
      if (this.isSpent) break;
      if (cursor.isSlow) await cursor.prefetch(index, names, () => ENTRIES_ONLY, yieldTurn);
      looked += 1;
      const stat = this.attempt(path, () => cursor.lstatPrecise(entry.name));
      if (stat === undefined) continue;
      isTrusted ??= isOwnDirectory(cursor.reach('.'));
      const ready = this.file(path, entry, look, stat, isTrusted);
      if (ready === undefined) continue;
      cursor.suspend();
      await ready;
    }
    events.onVisited(directory, looked);
  }

  /** Returns what to wait for before the next file. */
  private file(
    path: ByteString,
    { name, oid: record }: TreeEntry,
    look: string,
    stat: PreciseStat | null,
    isTrusted: boolean,
  ): Promise<void> | undefined {
    const { order, results, findings, isFresh, limits, events, trace, cursor, pool } = this.input;
    const finding = findings.get(path) ?? null;
    const isThere = stat?.kind === 'file' && (finding !== null || isAsHashed(look, stat) || hasSameTimes(look, stat));
    if (stat?.kind !== 'file' || !isThere) {
      if (stat !== null) results.changed += 1;
      trace?.tell(path, stat === null ? 'it is gone' : 'changed since it was hashed; that is for sha');
      order.file(path, 0, 'passed');
      return undefined;
    }
    if (isFresh?.(path) === true) {
      order.file(path, 0, 'fresh');
      return undefined;
    }
    if (!limits.readsSparse && isHollow(stat)) {
      events.onWarning(path, HOLLOW, 'sparse');
      order.file(path, 0, 'unread');
      return undefined;
    }
    this.submitted += Math.max(1, Number(stat.size));
    const slot = order.file(path, Number(stat.size));
    this.reading.add(this.files.read({ path, name, record, look, finding }, stat, cursor.reach(name), isTrusted, slot));
    return pool.ready();
  }

  private async subdirectory(
    path: ByteString,
    { name, oid }: TreeEntry,
    hashed: Oid | null,
    depth: number,
  ): Promise<void> {
    const { cursor, mounts, order } = this.input;
    // Without a list there is nothing to compare; what is not mounted is not gone.
    if (hashed === null) return;
    if (mounts?.isMissingAt(path) === true) return order.unreadDirectory(path);
    const isEntered = this.attempt(path, () => {
      const stat = cursor.lstat(name);
      if (stat?.kind !== 'directory') return false;
      if (cursor.descend(name, stat)) return true;
      confirmGone(cursor, name, stat);
      return false;
    }, true);
    if (isEntered !== true) return;
    await this.visit(path, oid, hashed, depth + 1);
    cursor.ascend();
  }

  /** Runs a reading call; undefined if it fails, which is told. */
  private attempt<T>(path: ByteString, read: () => T, isDirectory = false): T | undefined {
    const { order, results, events } = this.input;
    try {
      return read();
    } catch (error) {
      throwIfFatal(error);
      results.unreadable += 1;
      events.onProblem(path, error);
      if (isDirectory) order.unreadDirectory(path);
      else order.file(path, 0, 'unread');
      return undefined;
    }
  }

  private isIn(path: ByteString): boolean {
    const { from, until } = this.input.interval;
    return from <= path && (until === null || path < until);
  }

  /** True if something that is in a directory may be in the interval. */
  private isOfInterest(directory: ByteString): boolean {
    const { from, until } = this.input.interval;
    return from < `${directory}0` && (until === null || `${directory}/` < until);
  }
}
