import { closeSync, readdirSync } from 'node:fs';
import type { DirectoryCalls } from '../../system/directory-calls.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import { shareOfOpenFiles } from '../../util/process/open-file-limit.js';
import { holdDirectory, placeOf } from '../reach/open-step.js';
import type { Bounds } from '../reach/reach.js';
import { holdRealdir } from '../reach/reach.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import { LstatAt } from '../stat/lstat-at.js';
import type { Identity } from './identity.js';
import { same } from './identity.js';
import type { LevelChain } from './level-chain.js';
import { GONE } from './position.js';
import { NOWHERE } from './standpoint.js';
import { atToplevel, ToplevelLostError } from './toplevel-lost.js';
import type { WalkPosition } from './walk-position.js';

/** So many directories of the chain, counted from its end, are kept open; to one above them the way leads by `..`. */
const KEPT = 16;
/** Of opening a directory that is there, but cannot be opened, although it can be held. */
const TRIES = 3;
const CLOSED = -1;
/** openat(2): where absolute paths start, as it happens. */
const AT_FDCWD = -100;

/**
 * Holds the directories of a chain open, each entered from the one above it, and asks for names by system calls of our own. It has
 * nothing to do with the working directory of the process, so that any number of walks in any threads can be at their places.
 */
export class HeldPosition implements WalkPosition {
  private isAway = true;
  /** Levels from this one on could not be entered again; they count as vanished. */
  private lostFrom: number | null = null;
  /** Descriptors of the directories of the chain, from the top, `CLOSED` where one was given up; empty if there are none. */
  private readonly held: number[] = [];
  private readonly kept = shareOfOpenFiles(KEPT);
  private readonly stats: LstatAt;
  /** A hold on the toplevel directory that somebody else has. */
  private lent: number | null = null;
  private known: { readonly fd: number; readonly prefix: ByteString } = { fd: CLOSED, prefix: NOWHERE };

  constructor(
    private readonly calls: DirectoryCalls,
    private readonly root: ByteString,
    private readonly bounds: Bounds,
    private readonly chain: LevelChain,
  ) {
    this.stats = new LstatAt(calls);
  }

  get prefix(): ByteString {
    const fd = this.current;
    if (fd !== this.known.fd) this.known = { fd, prefix: prefixOf(fd) };
    return this.known.prefix;
  }

  arrive(): boolean {
    return !this.isAway;
  }

  take(): boolean {
    this.lostFrom = null;
    if (this.held.length > 0) this.lookBack();
    else this.walkDown();
    this.isAway = false;
    return this.lostFrom === null;
  }

  isStep(name: ByteString, expected: Identity): boolean {
    const fd = this.lostFrom === null ? this.enter(this.current, name) : null;
    if (fd === null || !this.isAt(fd, expected)) return false;
    this.add(fd);
    return true;
  }

  takeFrom(path: ByteString, expected: Identity): boolean {
    this.away();
    this.lostFrom = null;
    const fd = this.enter(AT_FDCWD, path);
    if (fd === null || !this.isAt(fd, expected)) return false;
    for (let level = 0; level <= this.chain.depth; level += 1) this.held.push(CLOSED);
    this.held.push(fd);
    this.isAway = false;
    return true;
  }

  across(): boolean {
    return false;
  }

  shortened(): void {
    const { depth } = this.chain;
    if (this.lostFrom !== null && depth <= this.lostFrom) this.leave();
    while (this.held.length > depth + 1) this.goUp();
  }

  names(): ByteString[] {
    return this.calls.names(this.current)?.sort() ?? readdirSync(fsPath(this.prefix), 'latin1');
  }

  lstat(name: ByteString): EntryStat | null {
    return this.stats.entry(this.current, name, this.prefix);
  }

  lstatPrecise(name: ByteString): PreciseStat | null {
    return this.stats.precise(this.current, name, this.prefix);
  }

  keep(fd: number): void {
    this.lent = fd;
  }

  suspend(): void {
    // From the top the way there is as short as looking whether it is still the same.
    if (this.chain.depth === 0) this.release();
    this.leave();
  }

  away(): void {
    this.release();
    this.leave();
  }

  close(): void {
    this.away();
  }

  private get current(): number {
    return this.held.at(-1) ?? CLOSED;
  }

  /** The next call of `take` finds the way. */
  private leave(): void {
    this.isAway = true;
  }

  /** Looks whether the directories that are held are still in their places. */
  private lookBack(): void {
    const top = atToplevel(this.root, () => {
      const fd = holdRealdir(this.root, this.bounds);
      try {
        return this.look(fd);
      } finally {
        closeSync(fd);
      }
    });
    this.confirmTop(top);
    for (const [index, { name, identity }] of this.chain.levels.entries()) {
      const parent = this.held[index] ?? CLOSED;
      if (parent !== CLOSED && !same(this.stats.entry(parent, name, prefixOf(parent)), identity)) return this.lose(index);
    }
  }

  /** Goes step by step from the top. */
  private walkDown(): void {
    try {
      this.confirmTop(
        atToplevel(this.root, () => {
          this.add(this.openTop());
          return this.look(this.current);
        }),
      );
      for (const [index, { name, identity }] of this.chain.levels.entries()) {
        const fd = this.enter(this.current, name);
        if (fd === null || !this.isAt(fd, identity)) return this.lose(index);
        this.add(fd);
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  private openTop(): number {
    const { lent } = this;
    this.lent = null;
    const hold = lent ?? holdRealdir(this.root, this.bounds);
    try {
      const fd = this.enter(hold, '.');
      if (fd !== null) return fd;
    } finally {
      if (lent === null) closeSync(hold);
    }
    throw new ToplevelLostError(this.root, 'was removed while it was read');
  }

  private confirmTop(top: Identity | null): void {
    if (!same(top, this.chain.top)) throw new ToplevelLostError(this.root, 'another directory took its place while it was read');
  }

  private lose(from: number): void {
    this.release();
    this.lostFrom = from;
  }

  /** Opens a directory in one that is open; null if it is gone. Other system errors are thrown. */
  private enter(directory: number, name: ByteString): number | null {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const fd = this.calls.open(directory, name);
      if (fd >= 0) return fd;
      this.spare();
      try {
        // Tells what is wrong, and waits where no descriptor is free.
        closeSync(holdDirectory(directory === AT_FDCWD ? name : prefixOf(directory) + name));
      } catch (error) {
        if (GONE.includes(errnoOf(error) ?? '')) return null;
        throw error;
      }
    }
    return null;
  }

  /** True if that is what was opened; else it is closed, also where a system error is thrown. */
  private isAt(fd: number, expected: Identity): boolean {
    let isExpected = false;
    try {
      isExpected = same(this.look(fd), expected);
    } finally {
      if (!isExpected) this.calls.close(fd);
    }
    return isExpected;
  }

  /** What a directory that is open is. Who may not pass through it, gets a system error. */
  private look(fd: number): EntryStat | null {
    return this.stats.entry(fd, '.', prefixOf(fd));
  }

  private add(fd: number): void {
    this.held.push(fd);
    this.giveUp(this.held.length - 1 - this.kept);
  }

  /** Goes from the last directory to the one above. */
  private goUp(): void {
    const below = this.held.pop() ?? CLOSED;
    const level = this.held.length - 1;
    let isKnown = this.held[level] !== CLOSED;
    if (!isKnown) {
      const fd = this.calls.open(below, '..');
      isKnown = fd >= 0 && this.isAtQuietly(fd, this.chain.levels[level - 1]?.identity ?? this.chain.top);
      this.held[level] = fd;
    }
    this.calls.close(below);
    if (isKnown) return;
    // The way from the top tells what is wrong.
    this.held.pop();
    this.release();
    this.leave();
  }

  private isAtQuietly(fd: number, expected: Identity): boolean {
    try {
      return this.isAt(fd, expected);
    } catch {
      return false;
    }
  }

  /** Closes all but the last directory, so that others can be opened. */
  private spare(): void {
    for (let level = 0; level < this.held.length - 1; level += 1) this.giveUp(level);
  }

  private giveUp(level: number): void {
    const fd = this.held[level] ?? CLOSED;
    if (fd === CLOSED) return;
    this.calls.close(fd);
    this.held[level] = CLOSED;
  }

  private release(): void {
    for (const fd of this.held) if (fd !== CLOSED) this.calls.close(fd);
    this.held.length = 0;
  }
}

function prefixOf(fd: number): ByteString {
  return fd === CLOSED ? NOWHERE : `${placeOf(fd)}/`;
}
