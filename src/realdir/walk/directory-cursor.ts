import { openSync, readdirSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { unlessErrno } from '../../util/errors.js';
import { AheadDirectory } from '../ahead/ahead-directory.js';
import { DIRECTORY } from '../ahead/ask.js';
import type { Expected } from '../ahead/expected.js';
import { ReadAhead } from '../ahead/read-ahead.js';
import type { Identity } from './identity.js';
import { Barred } from '../reach/barred.js';
import type { Ground } from '../reach/inside.js';
import { HeldPosition } from './held-position.js';
import type { Level } from './level-chain.js';
import { LevelChain } from './level-chain.js';
import { callsForWalk, countWalked } from './long-walk.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import { distinctNames } from './listed-names.js';
import { PrefetchedNames } from './large-directory.js';
import { lstatEntry, lstatPrecise } from '../stat/lstat.js';
import type { Bounds } from '../reach/reach.js';
import { heldIn, withRealdir } from '../reach/reach.js';
import { GONE, Position } from './position.js';
import { TimedCalls } from '../stat/timed-calls.js';
import { atToplevel } from './toplevel-lost.js';
import type { WalkPosition } from './walk-position.js';

/** From this depth on a suspended cursor keeps its directory open; above, the way from the top is short. */
const KEEP_FROM_DEPTH = 8;

/**
 * A position in a directory tree that belongs to somebody else. Whoever swaps a directory for a symbolic link cannot lead it elsewhere,
 * because each step is checked against the inode that was seen before, and entries are reached by name alone, so that there is no limit
 * on the depth: on long walks through directories that are held open, by system calls of our own. Where there are none, or a walk is
 * short, the cursor makes the directory that it is in the working directory of the process; in a worker thread, where that is fixed, it
 * holds it open instead.
 *
 * After `suspend` the process is in the directory where it was before, until the cursor is used
 * again; `close` ends the walk. Several cursors may take turns; the path from `reach` is for immediate use.
 */
export class DirectoryCursor {
  /** Where what is in the tree may lead. */
  readonly ground: Ground;
  readonly prefetchedNames = new PrefetchedNames();
  private readonly chain: LevelChain;
  private position: WalkPosition;
  private readonly timed: TimedCalls;
  private readonly ahead: ReadAhead;

  private constructor(
    private readonly root: ByteString,
    bounds: Bounds,
    /** The toplevel directory. */
    readonly rootStat: EntryStat,
    private readonly barred: Barred,
  ) {
    this.ground = { realdir: root, bounds };
    this.timed = new TimedCalls(rootStat.dev);
    this.ahead = new ReadAhead(barred);
    this.chain = new LevelChain(rootStat);
    const calls = callsForWalk();
    this.position =
      calls === null
        ? // Where each step takes long, there is no short way from the top.
          new Position(root, bounds, this.chain, () => (this.isSlow ? 1 : KEEP_FROM_DEPTH))
        : new HeldPosition(calls, root, bounds, this.chain);
  }

  /**
   * Opens a directory, given by its absolute path. Returns null if there is none.
   * @param bounds which symbolic links on the way there are followed: see `holdRealdir`
   * @throws ToplevelLostError if it cannot be reached or read
   */
  static open(root: ByteString, bounds: Bounds): DirectoryCursor | null {
    Position.suspendTaken();
    const look = (place: ByteString, held: number): DirectoryCursor | null => {
      const stat = lstatEntry(joinPath(place, '.'));
      const cursor = stat === null ? null : new DirectoryCursor(root, bounds, stat, Barred.of(held, bounds));
      // The first way there is short; later ones tell whether it is still in its place.
      if (heldIn(bounds, root) !== null) cursor?.position.keep(held, 0, true);
      return cursor;
    };
    return atToplevel(root, () => unlessErrno(GONE, null, () => withRealdir(root, bounds, look)));
  }

  /** Number of steps below the toplevel directory. */
  get depth(): number {
    return this.chain.depth;
  }

  /** The way from the toplevel directory to the current one. */
  get levels(): readonly Level[] {
    return this.chain.levels;
  }

  /** True where calls take so long that `prefetch` should be called before each entry, and `prefetchInside` before each descent. */
  get isSlow(): boolean {
    return this.timed.isSlow;
  }

  /** Names in the current directory, each once; `onDoubled` is told which are listed more often. System errors are thrown. */
  names(onDoubled?: (names: readonly ByteString[]) => void): ByteString[] {
    const { here } = this.ahead;
    const known = here?.takeNames() ?? null;
    if (known !== null) return known;
    if (here === null) this.activate();
    const list = (): ByteString[] => (here === null ? this.position.names() : readdirSync(fsPath(here.place), 'latin1'));
    const read = (): ByteString[] => this.prefetchedNames.take(this.chain.last) ?? this.timed.list(list);
    const names = this.chain.depth === 0 ? atToplevel(this.root, read) : read();
    countWalked(names.length);
    return distinctNames(names, onDoubled);
  }

  /** Status of an entry of the current directory, null if it has vanished. */
  lstat(name: ByteString): EntryStat | null {
    const { here } = this.ahead;
    if (here === null) this.activate();
    if (this.barred.isAny) this.barred.refuse(this.chain.levels, name);
    if (here !== null) return this.lstatAhead(here, name, lstatEntry);
    return this.timed.left === 0 ? this.position.lstat(name) : this.timed.lstat(name, (each) => this.position.lstat(each));
  }

  /** Like `lstat`, with times in nanoseconds. */
  lstatPrecise(name: ByteString): PreciseStat | null {
    const { here } = this.ahead;
    if (here === null) this.activate();
    if (this.barred.isAny) this.barred.refuse(this.chain.levels, name);
    if (here !== null) return this.lstatAhead(here, name, lstatPrecise);
    return this.timed.left === 0 ? this.position.lstatPrecise(name) : this.timed.lstat(name, (each) => this.position.lstatPrecise(each));
  }

  /**
   * For a slow filesystem: fetches the status of the entries that follow, and reads on along the way that the walk is expected to
   * take, outside of the realdir. What was fetched, `names`, `lstat` and `descend` take from there.
   * @param at how many entries of the current directory come before
   * @param names of the entries of the current directory, in the order in which the walk looks at them
   * @param expected what the walk will look at, asked where it comes to a directory
   * @returns what to wait for; undefined if there is no need to
   */
  prefetch(at: number, names: ByteString[], expected: () => Expected, yieldTurn: YieldTurn): Promise<void> | undefined {
    if (at === 0) {
      this.barred.renew();
      this.ahead.here?.expect(expected());
    }
    const here = this.ahead.here ?? this.startAhead(at, names, expected);
    if (here === null) return undefined;
    const waiting = this.ahead.ready(here, at, yieldTurn);
    if (waiting !== undefined) this.position.away();
    return waiting;
  }

  /** Before a descent on a slow filesystem: what to wait for so that it can be done by what was read ahead. */
  prefetchInside(name: ByteString, yieldTurn: YieldTurn): Promise<void> | undefined {
    const waiting = this.ahead.readyInside(name, yieldTurn);
    if (waiting !== undefined) this.position.away();
    return waiting;
  }

  /** True if a subdirectory has been listed ahead. */
  isReadAhead(name: ByteString, expected: Identity): boolean {
    return this.ahead.has(name, expected);
  }

  /** A path by which fs functions reach an entry at this moment. */
  reach(name: ByteString): ByteString {
    return this.prefix() + name;
  }

  /**
   * Enters a subdirectory that `lstat` has reported. Returns false, and stays, if it is not there
   * any more or something else is there instead. Other system errors are thrown.
   */
  descend(name: ByteString, expected: Identity): boolean {
    const isAhead = this.isReadAhead(name, expected);
    if (isAhead) this.position.away();
    else if (!this.go(name, expected)) return false;
    this.chain.push(name, expected);
    this.ahead.enter(this.chain.depth, isAhead ? name : null);
    this.timed.descend(expected.dev, isAhead);
    return true;
  }

  /**
   * Goes to a directory that another cursor of the same realdir has entered, by its `levels`; by none to the toplevel. What has changed on
   * the way since then counts as vanished.
   */
  goTo(levels: readonly Level[]): void {
    this.position.away();
    while (this.chain.depth > 0) this.ascend();
    for (const { name, identity } of levels) {
      this.chain.push(name, identity);
      this.ahead.enter(this.chain.depth, null);
      this.timed.descend(identity.dev, false);
    }
  }

  /** Goes back to the parent directory. */
  ascend(): void {
    this.chain.pop();
    this.timed.ascend(this.chain.last.dev);
    this.ahead.leave(this.chain.depth);
    if (this.ahead.here === null) this.position.shortened();
    else this.position.away();
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    this.position.suspend();
  }

  /** Leaves the tree for good. */
  close(): void {
    this.ahead.leave(-1);
    this.position.close();
  }

  /** Takes the process to a subdirectory; false if it is not there. System errors are thrown. */
  private go(name: ByteString, expected: Identity): boolean {
    const place = this.ahead.here?.place ?? null;
    if (place !== null) return this.position.takeFrom(place + name, expected);
    if (this.position.across(name, expected)) return true;
    this.activate();
    return this.position.isStep(name, expected);
  }

  /** The status of an entry of a directory that is read ahead. */
  private lstatAhead<T>(here: AheadDirectory, name: ByteString, read: (path: ByteString) => T | null): T | PreciseStat | null {
    const fetched = here.take(name);
    return fetched === undefined ? this.timed.lstat(here.place + name, read) : fetched;
  }

  /** The current directory is read ahead from now on; null if that fails: the call that needs it reports why. */
  private startAhead(at: number, names: ByteString[], expected: () => Expected): AheadDirectory | null {
    const { levels, last, depth } = this.chain;
    if (!this.ahead.hasRoom) return null;
    try {
      const fd = openSync(fsPath(joinPath(this.prefix(), '.')), DIRECTORY);
      const here = AheadDirectory.entered(fd, names, levels.map(({ name }) => name).join('/'), last, expected(), this.ahead.held);
      here.next = at + this.timed.left;
      here.reached = at;
      this.ahead.begin(depth, here);
      this.position.away();
      return here;
    } catch {
      return null;
    }
  }

  /** What stands before a name to reach it. */
  private prefix(): ByteString {
    const { here } = this.ahead;
    if (here !== null) return here.place;
    this.activate();
    return this.position.prefix;
  }

  /** From when a walk is long. */
  private goOnHeld(position: Position): void {
    const calls = callsForWalk();
    if (calls === null) return;
    position.close();
    this.position = new HeldPosition(calls, this.root, this.ground.bounds, this.chain);
  }

  private activate(): void {
    if (this.position.arrive()) return;
    this.barred.renew();
    if (this.position instanceof Position) this.goOnHeld(this.position);
    this.position.take();
  }
}
