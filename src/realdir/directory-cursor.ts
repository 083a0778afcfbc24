import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import { chdir } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, isAscii, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError } from '../util/errors.js';
import { workingDirectory } from '../util/working-directory.js';
import type { EntryStat, PreciseStat } from './lstat.js';
import { lstatEntry, lstatPrecise } from './lstat.js';

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

/** The toplevel directory cannot be read, or not any more: what is not found below it has not vanished. */
export class ToplevelLostError extends FsoError {
  override readonly name = 'ToplevelLostError';

  constructor(root: ByteString, reason: string, cause?: unknown) {
    super(`${textOfBytes(root)}: ${reason}`, {
      remedy: 'nothing was recorded; check permissions, and that the filesystem is mounted',
      cause,
    });
  }
}

/** Runs a call on the toplevel directory. @throws ToplevelLostError instead of a system error */
function atToplevel<T>(root: ByteString, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ToplevelLostError(root, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
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
    let stat: EntryStat | null;
    try {
      stat = lstatEntry(joinPath(root, '.'));
    } catch (error) {
      if (GONE.includes(errnoOf(error) ?? '')) return null;
      return atToplevel(root, () => {
        throw error;
      });
    }
    if (stat === null) return null;
    return new DirectoryCursor(root, stat);
  }

  /** Number of steps below the toplevel directory. */
  get depth(): number {
    return this.levels.length;
  }

  /** Names in the current directory, in no order. System errors are thrown. */
  names(): ByteString[] {
    this.activate();
    return readdirSync(this.prefix === '' ? '.' : fsPath(this.prefix), 'latin1');
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
    const prefix = this.prefix;
    try {
      this.step(name);
    } catch (error) {
      this.prefix = prefix;
      if (GONE.includes(errnoOf(error) ?? '')) return false;
      throw error;
    }
    this.levels.push({ name, identity: expected });
    if (same(this.here(), expected)) return true;
    this.levels.pop();
    this.resume();
    return false;
  }

  /** Goes back to the parent directory. */
  ascend(): void {
    this.levels.pop();
    if (DirectoryCursor.active !== this) return;
    if (this.levels.length > this.lostFrom) return;
    if (this.byPath || this.lostFrom < Number.POSITIVE_INFINITY) return this.resume();
    chdir('..');
    if (!same(this.here(), this.identity())) this.resume();
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    if (this.byPath || DirectoryCursor.active !== this) return;
    DirectoryCursor.active = null;
    try {
      chdir(this.home);
    } catch {
      chdir('/');
    }
  }

  private activate(): void {
    if (DirectoryCursor.active !== this) this.resume();
  }

  /** Returns to the current directory, step by step from the top. */
  private resume(): void {
    DirectoryCursor.active = this;
    this.lostFrom = Number.POSITIVE_INFINITY;
    this.prefix = '';
    this.step(this.root);
    if (!same(this.here(), this.rootStat)) {
      throw new FsoError(`${textOfBytes(this.root)}: another directory took its place while it was read`, {
        remedy: 'nothing was recorded; check that the filesystem is mounted and run the command again',
      });
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
    if (this.byPath) {
      this.prefix = `${this.prefix}${name}/`;
      return;
    }
    const text = textOfBytes(name);
    if (isAscii(name) || Buffer.from(text, 'utf8').toString('latin1') === name) {
      chdir(text);
      return;
    }
    // Node takes working directories as text only; a descriptor has no name to spoil.
    const fd = openSync(fsPath(name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      chdir(`/proc/self/fd/${fd}`);
    } finally {
      closeSync(fd);
    }
  }
}
