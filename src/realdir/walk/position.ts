import { readdirSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { Bounds } from '../reach/reach.js';
import { holdRealdir } from '../reach/reach.js';
import { openHere } from './change-directory.js';
import type { Identity } from './identity.js';
import { same } from './identity.js';
import { KeptDirectory } from './kept-directory.js';
import type { LevelChain } from './level-chain.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import { lstatEntry, lstatPrecise } from '../stat/lstat.js';
import { Standpoint } from './standpoint.js';
import { atToplevel, ToplevelLostError } from './toplevel-lost.js';
import type { WalkPosition } from './walk-position.js';

/** What the system says of a directory that is not where it was. */
export const GONE = ['ENOENT', 'ENOTDIR', 'ELOOP'];
/** So many steps up fit into one path. */
const BELOW_MAX = 100;

/** Where the process is, as seen from the directory at the end of a chain. */
type State =
  /** Somewhere else. */
  | { readonly at: 'away' }
  | { readonly at: 'here' }
  /** So many levels below it: most often `../next` leads to the next one in one step. */
  | { readonly at: 'below'; readonly steps: number }
  /** Levels from this one on could not be entered again; they count as vanished. */
  | { readonly at: 'lost'; readonly from: number };

const AWAY: State = { at: 'away' };
const HERE: State = { at: 'here' };

/**
 * Takes the process to the directory at the end of a chain of levels, and away: names are looked up there, by Node. One position of a
 * thread is taken at a time; each step is checked against the inode that the chain names.
 */
export class Position implements WalkPosition {
  /** The one that is taken now. */
  private static taken: Position | null = null;

  private state: State = AWAY;
  private readonly standpoint = new Standpoint();
  /** The directory that the process was in when it left. */
  private readonly kept = new KeptDirectory();

  constructor(
    private readonly root: ByteString,
    private readonly bounds: Bounds,
    private readonly chain: LevelChain,
    /** From which depth on it is worth a descriptor to come back without starting from the top. */
    private readonly keepFrom: () => number,
  ) {}

  /** Has the process leave, whichever position it has taken. */
  static suspendTaken(): void {
    Position.taken?.suspend();
  }

  /** What stands before a name to reach it. */
  get prefix(): ByteString {
    return this.standpoint.prefix;
  }

  /** Goes up to the end of the chain, if the process is still below it; false if `take` must find the way. */
  arrive(): boolean {
    if (this.state === HERE) return true;
    this.catchUp();
    return this.state !== AWAY;
  }

  /**
   * Goes to the end of the chain from elsewhere. What fails leaves the process where it was before the walk.
   * @returns false if part of the chain has vanished, so that nothing is found from now on
   */
  take(): boolean {
    if (Position.taken !== null) Position.taken.state = AWAY;
    Position.taken = null;
    try {
      this.state = this.returnToKept() ? HERE : this.walkDown();
    } catch (error) {
      this.leave();
      throw error;
    }
    Position.taken = this;
    return this.state === HERE;
  }

  /**
   * Goes to a directory, by a path from the end of the chain, where the process is; false if it is gone or another one: then the
   * process is where it was, or has left the tree. Other system errors are thrown.
   */
  isStep(path: ByteString, expected: Identity): boolean {
    let isEntered = false;
    try {
      this.standpoint.step(path);
      isEntered = true;
      if (same(this.here(), expected)) {
        this.state = HERE;
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

  /**
   * Like `isStep`, by an absolute path, from wherever the process is.
   */
  takeFrom(path: ByteString, expected: Identity): boolean {
    Position.suspendTaken();
    const isThere = this.isStep(path, expected);
    if (isThere) Position.taken = this;
    return isThere;
  }

  /** Goes to another level beside the one where the process still is; false if `take` must find the way. */
  across(name: ByteString, expected: Identity): boolean {
    return this.state.at === 'below' && this.tryStep('../'.repeat(this.state.steps) + name, expected);
  }

  /** The chain is one level shorter. */
  shortened(): void {
    const { state } = this;
    if (this.chain.depth < this.keepFrom()) this.kept.drop();
    if (state.at === 'away' || (state.at === 'lost' && this.chain.depth > state.from)) return;
    // The next call finds the way from the top, and reports if there is none.
    if (state.at === 'lost') return this.leave();
    const steps = state.at === 'below' ? state.steps + 1 : 1;
    this.state = { at: 'below', steps };
    if (steps === BELOW_MAX) this.catchUp();
  }

  names(): ByteString[] {
    return readdirSync(this.prefix === '' ? '.' : fsPath(this.prefix), 'latin1');
  }

  lstat(name: ByteString): EntryStat | null {
    return lstatEntry(this.prefix + name);
  }

  lstatPrecise(name: ByteString): PreciseStat | null {
    return lstatPrecise(this.prefix + name);
  }

  /** Opens the directory that was taken; null if that is not possible, or a descriptor holds it already. */
  open(): number | null {
    return this.prefix === '' ? openHere() : null;
  }

  /** Keeps an open directory, to come back by it. @param isLent somebody else closes it */
  keep(fd: number, depth: number, isLent = false): void {
    this.kept.keep(fd, depth, isLent);
  }

  /** Leaves the tree, before other code runs. */
  suspend(): void {
    if (this.state === AWAY || !this.standpoint.isWorkingDirectory) return;
    const fd = this.chain.depth >= this.keepFrom() && this.arrive() ? this.open() : null;
    if (fd !== null) this.keep(fd, this.chain.depth);
    this.leave();
  }

  /** Leaves the tree, if the process is in it: the walk goes on by other ways. */
  away(): void {
    this.kept.drop();
    if (this.state !== AWAY) this.leave();
  }

  /** After this the next call of `take` finds the way. */
  leave(): void {
    this.state = AWAY;
    if (Position.taken === this) Position.taken = null;
    this.standpoint.leave();
  }

  /** Leaves for good. */
  close(): void {
    if (this.state !== AWAY || !this.standpoint.isWorkingDirectory) this.leave();
    this.kept.drop();
  }

  /** Goes up to the end of the chain, or leaves the tree if that is not where it should be. */
  private catchUp(): void {
    if (this.state.at === 'below' && !this.tryStep('../'.repeat(this.state.steps), this.chain.last)) this.leave();
  }

  /** Like `isStep`, where the way from the top will tell what has failed. */
  private tryStep(path: ByteString, expected: Identity): boolean {
    try {
      return this.isStep(path, expected);
    } catch {
      return false;
    }
  }

  /** Goes back to the directory that was kept open, and up from there; false if that leads elsewhere. */
  private returnToKept(): boolean {
    try {
      const steps = this.kept.enter(this.chain.depth);
      return steps === 0 || (steps !== null && same(this.here(), this.chain.last));
    } catch {
      return false;
    } finally {
      this.kept.drop();
    }
  }

  /** Goes step by step from the top. */
  private walkDown(): State {
    const top = atToplevel(this.root, () => {
      this.standpoint.goTo(holdRealdir(this.root, this.bounds));
      return this.here();
    });
    if (!same(top, this.chain.top)) throw new ToplevelLostError(this.root, 'another directory took its place while it was read');
    for (const [index, level] of this.chain.levels.entries()) {
      try {
        this.standpoint.step(level.name);
      } catch (error) {
        if (GONE.includes(errnoOf(error) ?? '')) return this.lose(index);
        throw error;
      }
      if (!same(this.here(), level.identity)) return this.lose(index);
    }
    return HERE;
  }

  private here(): Identity | null {
    return lstatEntry(`${this.prefix}.`);
  }

  private lose(from: number): State {
    this.standpoint.lose();
    return { at: 'lost', from };
  }
}
