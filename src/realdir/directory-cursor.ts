import { readdirSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { workingDirectory } from '../util/working-directory.js';
import { changeDirectory, changeToFirst, openHere } from './change-directory.js';
import type { Identity } from './identity.js';
import { same } from './identity.js';
import { KeptDirectory } from './kept-directory.js';
import type { EntryStat, PreciseStat } from './lstat.js';
import { lstatEntry, lstatPrecise } from './lstat.js';
import { StatSource } from './stat-source.js';
import { atToplevel, ToplevelLostError } from './toplevel-lost.js';

interface Level {
  readonly name: ByteString;
  readonly identity: Identity;
}

/** From this depth on a suspended cursor keeps its directory open; above, the way from the top is short. */
const KEEP_FROM_DEPTH = 8;

/** So many steps up fit into one path. */
const BELOW_MAX = 100;

/** A path below which nothing exists, for a cursor whose directory has gone away. */
const NOWHERE = '/dev/null/';

const GONE = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/**
 * A position in a directory tree that belongs to somebody else. The cursor makes the directory
 * that it is in the working directory of the process, so that entries are reached by name alone:
 * that is faster than by path, has no limit on the depth, and whoever swaps a directory for a
 * symbolic link cannot lead it elsewhere, because each step is checked against the inode that was
 * seen before. In a worker thread, where the working directory is fixed, it uses paths instead.
 *
 * After `suspend` the process is in the directory where it was before, until the cursor is used
 * again; `close` ends the walk. Several cursors may take turns; the path from `reach` is for immediate use.
 */
export class DirectoryCursor {
  /** The cursor whose directory is the working directory now. */
  private static active: DirectoryCursor | null = null;

  private readonly levels: Level[] = [];
  private readonly home: string;
  private readonly byPath = !isMainThread;
  /** Levels from this one on could not be entered again; they count as vanished. */
  private lostFrom = Number.POSITIVE_INFINITY;
  /**
   * How many levels the process is still below the current directory. Most often a subdirectory comes
   * next, and `../next` leads there in one step.
   */
  private stillBelow = 0;
  /** What stands before a name to reach it. */
  private prefix: ByteString = '';
  /** The directory that the cursor was in when it was suspended. */
  private readonly kept = new KeptDirectory();
  private readonly source: StatSource;

  private constructor(
    private readonly root: ByteString,
    /** The toplevel directory; for a symbolic link, what it leads to. */
    readonly rootStat: EntryStat,
  ) {
    DirectoryCursor.active?.suspend();
    this.home = workingDirectory();
    this.source = new StatSource(rootStat.dev);
  }

  /**
   * Opens a directory; a symbolic link to one is followed. Returns null if there is no directory.
   * @throws ToplevelLostError if it cannot be read
   */
  static open(root: ByteString): DirectoryCursor | null {
    const stat = atToplevel(root, () => unlessErrno(GONE, null, () => lstatEntry(joinPath(root, '.'))));
    return stat === null ? null : new DirectoryCursor(root, stat);
  }

  /** Number of steps below the toplevel directory. */
  get depth(): number {
    return this.levels.length;
  }

  /** True where a call of lstat takes so long that `lookAhead` should be called before each. */
  get isSlow(): boolean {
    return this.source.isSlow;
  }

  /** Names in the current directory, in no order. System errors are thrown. */
  names(): ByteString[] {
    this.activate();
    const read = (): ByteString[] => readdirSync(this.prefix === '' ? '.' : fsPath(this.prefix), 'latin1');
    return this.levels.length === 0 ? atToplevel(this.root, read) : read();
  }

  /** Status of an entry of the current directory, null if it has vanished. */
  lstat(name: ByteString): EntryStat | null {
    this.activate();
    if (this.source.isNeeded) return this.source.lstat(this.levels.length, name, this.prefix + name, lstatEntry);
    return lstatEntry(this.prefix + name);
  }

  /** Like `lstat`, with times in nanoseconds. */
  lstatPrecise(name: ByteString): PreciseStat | null {
    this.activate();
    if (!this.source.isNeeded) return lstatPrecise(this.prefix + name);
    return this.source.lstat(this.levels.length, name, this.prefix + name, lstatPrecise);
  }

  /**
   * Fetches the status of the entries that follow, outside of the realdir, unless that was done not
   * long ago; `lstat` then returns it. For a slow filesystem.
   * @param at how many entries of the current directory come before
   * @param names the next entries whose status is of interest, out of `AHEAD` entries
   */
  async lookAhead(at: number, names: () => readonly ByteString[]): Promise<void> {
    const { length: depth } = this.levels;
    const ahead = this.source.ahead(depth);
    if (ahead.covers(at)) return;
    const fd = this.openCurrent();
    if (fd === null) return;
    this.leave();
    await ahead.fetch(`/proc/self/fd/${fd}/`, names(), at);
    this.kept.keep(fd, depth);
  }

  /** A path by which fs functions reach an entry at this moment. */
  reach(name: ByteString): ByteString {
    this.activate();
    return this.prefix + name;
  }

  /**
   * Enters a subdirectory that `lstat` has reported. Returns false, and stays, if it is not there
   * any more or something else is there instead. Other system errors are thrown.
   */
  descend(name: ByteString, expected: Identity): boolean {
    if (this.stillBelow === 0 || !this.tryStep('../'.repeat(this.stillBelow) + name, expected)) {
      this.activate();
      if (!this.isStep(name, expected)) return false;
    }
    this.levels.push({ name, identity: expected });
    this.source.descend(expected.dev);
    return true;
  }

  /** Goes back to the parent directory. */
  ascend(): void {
    this.levels.pop();
    this.source.ascend(this.levels.length, this.identity().dev);
    if (this.levels.length < this.keepFrom()) this.kept.drop();
    if (DirectoryCursor.active !== this || this.levels.length > this.lostFrom) return;
    // The next call finds the way from the top, and reports if there is none.
    if (this.byPath || this.lostFrom !== Number.POSITIVE_INFINITY) this.leave();
    else this.stillBelow += 1;
    if (this.stillBelow === BELOW_MAX) this.catchUp();
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    if (this.byPath || DirectoryCursor.active !== this) return;
    const fd = this.levels.length >= this.keepFrom() ? this.openCurrent() : null;
    if (fd !== null) this.kept.keep(fd, this.levels.length);
    this.leave();
  }

  /** Leaves the tree for good. */
  close(): void {
    if (DirectoryCursor.active === this) this.leave();
    this.kept.drop();
  }

  /** The current directory, open; null if that fails: the call that needs it reports why. */
  private openCurrent(): number | null {
    try {
      this.activate();
      return this.prefix === '' ? openHere() : null;
    } catch {
      return null;
    }
  }

  private activate(): void {
    if (this.stillBelow > 0) this.catchUp();
    if (DirectoryCursor.active !== this) this.resume();
  }

  /** After this the cursor does not know where it is; the next call takes it back. */
  private leave(): void {
    DirectoryCursor.active = null;
    this.stillBelow = 0;
    if (!this.byPath) changeToFirst(this.home, '/');
  }

  /** Goes up to the current directory, or leaves the tree if that is not where it should be. */
  private catchUp(): void {
    if (!this.tryStep('../'.repeat(this.stillBelow), this.identity())) this.leave();
  }

  /** Like `isStep`, where the way from the top will tell what has failed. */
  private tryStep(path: ByteString, expected: Identity): boolean {
    try {
      return this.isStep(path, expected);
    } catch {
      return false;
    }
  }

  /** Goes to a directory; false if it is gone or another one: then the process is where it was, or has left the tree. */
  private isStep(path: ByteString, expected: Identity): boolean {
    let isEntered = false;
    try {
      this.step(path);
      isEntered = true;
      if (same(this.here(), expected)) {
        this.stillBelow = 0;
        return true;
      }
    } catch (error) {
      if (isEntered) this.leave();
      if (GONE.includes(errnoOf(error) ?? '')) return false;
      throw error;
    }
    this.leave();
    return false;
  }

  /** Returns to the current directory. What fails leaves the process where it was before the walk. */
  private resume(): void {
    this.lostFrom = Number.POSITIVE_INFINITY;
    this.prefix = '';
    try {
      if (!this.returnToKept()) this.walkDown();
    } catch (error) {
      this.leave();
      throw error;
    }
    DirectoryCursor.active = this;
  }

  /** Goes back to the directory that was kept open, and up from there; false if that leads elsewhere. */
  private returnToKept(): boolean {
    try {
      const steps = this.kept.enter(this.levels.length);
      return steps === 0 || (steps !== null && same(this.here(), this.identity()));
    } catch {
      return false;
    } finally {
      this.kept.drop();
    }
  }

  /** Where each step takes long, there is no short way. */
  private keepFrom(): number {
    return this.isSlow ? 1 : KEEP_FROM_DEPTH;
  }

  /** Goes step by step from the top. */
  private walkDown(): void {
    const top = atToplevel(this.root, () => {
      this.step(this.root);
      return this.here();
    });
    if (!same(top, this.rootStat)) {
      throw new ToplevelLostError(this.root, 'another directory took its place while it was read');
    }
    for (const [index, level] of this.levels.entries()) {
      try {
        this.step(level.name);
      } catch (error) {
        if (GONE.includes(errnoOf(error) ?? '')) return this.lose(index);
        throw error;
      }
      if (!same(this.here(), level.identity)) return this.lose(index);
    }
  }

  private identity(): Identity {
    return this.levels.at(-1)?.identity ?? this.rootStat;
  }

  private here(): Identity | null {
    return lstatEntry(`${this.prefix}.`);
  }

  private lose(index: number): void {
    this.lostFrom = index;
    this.prefix = NOWHERE;
    this.source.clear();
  }

  private step(name: ByteString): void {
    if (this.prefix === NOWHERE) return;
    if (this.byPath) this.prefix = `${this.prefix}${name}/`;
    else changeDirectory(name);
  }
}
