import { closeSync, readdirSync } from 'node:fs';
import { chdir } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { errnoOf, unlessErrno } from '../util/errors.js';
import { workingDirectory } from '../util/working-directory.js';
import { changeDirectory, changeToOpen, openHere } from './change-directory.js';
import type { EntryStat, PreciseStat } from './lstat.js';
import { lstatEntry, lstatPrecise } from './lstat.js';
import { atToplevel, ToplevelLostError } from './toplevel-lost.js';

/** Which directory it is, whatever its path says. */
export type Identity = Pick<EntryStat, 'dev' | 'ino'>;

interface Level {
  readonly name: ByteString;
  readonly identity: Identity;
}

/** The directory that the cursor was in when it was suspended, open. */
interface Kept {
  readonly fd: number;
  readonly depth: number;
}

/** From this depth on a suspended cursor keeps its directory open; above, the way from the top is short. */
const KEEP_FROM_DEPTH = 8;

/** A path below which nothing exists, for a cursor whose directory has gone away. */
const NOWHERE = '/dev/null/';

const GONE = ['ENOENT', 'ENOTDIR', 'ELOOP'];

function same(a: Identity | null, b: Identity): boolean {
  return a !== null && a.ino === b.ino && a.dev === b.dev;
}

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
  /** What stands before a name to reach it. */
  private prefix: ByteString = '';
  private kept: Kept | null = null;

  private constructor(
    private readonly root: ByteString,
    /** The toplevel directory; for a symbolic link, what it leads to. */
    readonly rootStat: EntryStat,
  ) {
    DirectoryCursor.active?.suspend();
    this.home = workingDirectory();
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

  /** Names in the current directory, in no order. System errors are thrown. */
  names(): ByteString[] {
    this.activate();
    const read = (): ByteString[] => readdirSync(this.prefix === '' ? '.' : fsPath(this.prefix), 'latin1');
    return this.levels.length === 0 ? atToplevel(this.root, read) : read();
  }

  /** Status of an entry of the current directory, null if it has vanished. */
  lstat(name: ByteString): EntryStat | null {
    this.activate();
    return lstatEntry(this.prefix + name);
  }

  /** Like `lstat`, with times in nanoseconds. */
  lstatPrecise(name: ByteString): PreciseStat | null {
    this.activate();
    return lstatPrecise(this.prefix + name);
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
    this.activate();
    let isEntered = false;
    try {
      this.step(name);
      isEntered = true;
      if (same(this.here(), expected)) {
        this.levels.push({ name, identity: expected });
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

  /** Goes back to the parent directory. */
  ascend(): void {
    this.levels.pop();
    if (this.levels.length < KEEP_FROM_DEPTH) this.dropKept();
    if (DirectoryCursor.active !== this || this.levels.length > this.lostFrom) return;
    const isHere = !this.byPath && this.lostFrom === Number.POSITIVE_INFINITY && this.isParentReached();
    // The next call finds the way from the top, and reports if there is none.
    if (!isHere) this.leave();
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    if (this.byPath || DirectoryCursor.active !== this) return;
    if (this.prefix === '' && this.levels.length >= KEEP_FROM_DEPTH) {
      const fd = openHere();
      if (fd !== null) this.kept = { fd, depth: this.levels.length };
    }
    this.leave();
  }

  /** Leaves the tree for good. */
  close(): void {
    if (DirectoryCursor.active === this) this.leave();
    this.dropKept();
  }

  private activate(): void {
    if (DirectoryCursor.active !== this) this.resume();
  }

  /** After this the cursor does not know where it is; the next call takes it back. */
  private leave(): void {
    DirectoryCursor.active = null;
    if (this.byPath) return;
    try {
      chdir(this.home);
    } catch {
      chdir('/');
    }
  }

  /** Steps to the parent; false if that is not where it should be. */
  private isParentReached(): boolean {
    try {
      chdir('..');
      return same(this.here(), this.identity());
    } catch {
      return false;
    }
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
    const { kept } = this;
    if (kept === null) return false;
    try {
      changeToOpen(kept.fd);
      for (let { depth } = kept; depth > this.levels.length; depth -= 1) chdir('..');
      return same(this.here(), this.identity());
    } catch {
      return false;
    } finally {
      this.dropKept();
    }
  }

  private dropKept(): void {
    if (this.kept !== null) closeSync(this.kept.fd);
    this.kept = null;
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
  }

  private step(name: ByteString): void {
    if (this.prefix === NOWHERE) return;
    if (this.byPath) this.prefix = `${this.prefix}${name}/`;
    else changeDirectory(name);
  }
}
