import { readdirSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { Identity } from './identity.js';
import { Barred } from '../reach/barred.js';
import type { Ground } from '../reach/inside.js';
import { LevelChain } from './level-chain.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import { distinctNames } from './listed-names.js';
import { PrefetchedNames } from './large-directory.js';
import { lstatEntry, lstatPrecise } from '../stat/lstat.js';
import type { Bounds } from '../reach/reach.js';
import { heldIn, withRealdir } from '../reach/reach.js';
import { GONE, Position } from './position.js';
import { StatSource } from '../stat/stat-source.js';
import { atToplevel } from './toplevel-lost.js';

/** From this depth on a suspended cursor keeps its directory open; above, the way from the top is short. */
const KEEP_FROM_DEPTH = 8;

/**
 * A position in a directory tree that belongs to somebody else. The cursor makes the directory that it is in the working
 * directory of the process, so that entries are reached by name alone: that is faster than by path, has no limit on the
 * depth, and whoever swaps a directory for a symbolic link cannot lead it elsewhere, because each step is checked against the
 * inode that was seen before. In a worker thread, where the working directory is fixed, it holds the directory open instead.
 *
 * After `suspend` the process is in the directory where it was before, until the cursor is used
 * again; `close` ends the walk. Several cursors may take turns; the path from `reach` is for immediate use.
 */
export class DirectoryCursor {
  /** Where what is in the tree may lead. */
  readonly ground: Ground;
  readonly prefetchedNames = new PrefetchedNames();
  private readonly chain: LevelChain;
  private readonly position: Position;
  private readonly source: StatSource;

  private constructor(
    private readonly root: ByteString,
    bounds: Bounds,
    /** The toplevel directory. */
    readonly rootStat: EntryStat,
    private readonly barred: Barred,
  ) {
    this.ground = { realdir: root, bounds };
    this.source = new StatSource(rootStat.dev);
    this.chain = new LevelChain(rootStat);
    // Where each step takes long, there is no short way from the top.
    this.position = new Position(root, bounds, this.chain, () => (this.isSlow ? 1 : KEEP_FROM_DEPTH));
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

  /** True where a call of lstat takes so long that `prefetch` should be called before each. */
  get isSlow(): boolean {
    return this.source.isSlow;
  }

  /** Names in the current directory, each once; `onDoubled` is told which are listed more often. System errors are thrown. */
  names(onDoubled?: (names: readonly ByteString[]) => void): ByteString[] {
    this.activate();
    const place = this.position.prefix === '' ? '.' : fsPath(this.position.prefix);
    const read = (): ByteString[] => this.prefetchedNames.take(this.chain.last) ?? readdirSync(place, 'latin1');
    return distinctNames(this.chain.depth === 0 ? atToplevel(this.root, read) : read(), onDoubled);
  }

  /** Status of an entry of the current directory, null if it has vanished. */
  lstat(name: ByteString): EntryStat | null {
    this.activate();
    if (this.barred.isAny) this.barred.refuse(this.chain.levels, name);
    if (this.source.isNeeded) return this.source.lstat(this.chain.depth, name, this.position.prefix + name, lstatEntry);
    return lstatEntry(this.position.prefix + name);
  }

  /** Like `lstat`, with times in nanoseconds. */
  lstatPrecise(name: ByteString): PreciseStat | null {
    this.activate();
    if (this.barred.isAny) this.barred.refuse(this.chain.levels, name);
    if (!this.source.isNeeded) return lstatPrecise(this.position.prefix + name);
    return this.source.lstat(this.chain.depth, name, this.position.prefix + name, lstatPrecise);
  }

  /**
   * Fetches the status of the entries that follow, outside of the realdir, unless that was done not
   * long ago; `lstat` then returns it. For a slow filesystem.
   * @param at how many entries of the current directory come before
   * @param names the next entries whose status is of interest, out of `AHEAD` entries
   */
  async prefetch(at: number, names: () => readonly ByteString[]): Promise<void> {
    const { depth } = this.chain;
    const ahead = this.source.prefetchOf(depth);
    if (ahead.covers(at)) return;
    const fd = this.openCurrent();
    if (fd === null) return;
    this.position.leave();
    await ahead.fetch(`/proc/self/fd/${fd}/`, this.barred.spared(this.chain.levels, names()), at);
    this.position.keep(fd, depth);
  }

  /** A path by which fs functions reach an entry at this moment. */
  reach(name: ByteString): ByteString {
    this.activate();
    return this.position.prefix + name;
  }

  /**
   * Enters a subdirectory that `lstat` has reported. Returns false, and stays, if it is not there
   * any more or something else is there instead. Other system errors are thrown.
   */
  descend(name: ByteString, expected: Identity): boolean {
    if (!this.position.across(name, expected)) {
      this.activate();
      if (!this.position.isStep(name, expected)) return false;
    }
    this.chain.push(name, expected);
    this.source.descend(expected.dev);
    return true;
  }

  /** Goes back to the parent directory. */
  ascend(): void {
    this.chain.pop();
    this.source.ascend(this.chain.depth, this.chain.last.dev);
    this.position.shortened();
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    this.position.suspend();
  }

  /** Leaves the tree for good. */
  close(): void {
    this.position.close();
  }

  /** The current directory, open; null if that fails: the call that needs it reports why. */
  private openCurrent(): number | null {
    try {
      this.activate();
      return this.position.open();
    } catch {
      return null;
    }
  }

  private activate(): void {
    if (this.position.arrive()) return;
    this.barred.renew();
    if (!this.position.take()) this.source.clear();
  }
}
