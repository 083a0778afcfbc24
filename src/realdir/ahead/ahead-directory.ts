import { closeSync, fstat, open, readdir } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import type { Barred } from '../reach/barred.js';
import { placeOf } from '../reach/open-step.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import { preciseStat } from '../stat/lstat.js';
import type { Identity } from '../walk/identity.js';
import { same } from '../walk/identity.js';
import { distinctNames } from '../walk/listed-names.js';
import type { Answer } from './ask.js';
import { ask, BIGINTS, DIRECTORY } from './ask.js';
import type { Expected } from './expected.js';

/** A path below which nothing exists, for a directory that is not open. */
const NOWHERE = '/dev/null/';
/** Names that are used this late may be too far from what is there, in milliseconds. */
const LISTING_MAX_AGE = 10_000;

/** So many of the directories are left to the walk, which finds out how long that takes now. */
const LEFT_OUT = 128;
/** No directory with more names is kept: whoever lists it needs them anyway. */
export const NAMES_MAX = 16_384;

/** What all directories that are read ahead of one walk have in common, and what is counted of them. */
export interface Held {
  readonly barred: Pick<Barred, 'isAny' | 'hasPath'>;
  /** Directories that could have been read ahead. */
  planned: number;
  /** Calls that wait, or that are in the queue of Node's threads. */
  calls: number;
  /** Answers that the walk has not taken. */
  answers: number;
  /** Names in directories that the walk has not entered. */
  names: number;
  descriptors: number;
}

/**
 * A directory that is read ahead of a walk. It is reached through its parent, which is held open, never by a symbolic link, and
 * held open itself as long as something in it is asked for, so nothing that happens meanwhile leads out of it.
 */
export class AheadDirectory {
  state: 'planned' | 'asked' | 'listed' | 'failed' = 'planned';
  names: ByteString[] = [];
  /** What stands before a name to reach it. */
  place: ByteString = NOWHERE;
  /** Subdirectories that the walk is expected to enter, in the order of the walk, as far as they are known. */
  readonly below = new Map<ByteString, AheadDirectory>();
  /** Those among them in which something is still to be asked for. */
  readonly unread = new Map<ByteString, AheadDirectory>();
  /** True once nothing in it or below will be asked for any more, unless the walk wants it. */
  isExhausted = false;
  /** How many of its entries come before the next one to be asked for, */
  next = 0;
  /** and before the next one that the walk looks at. */
  reached = 0;
  /** Up to where the walk has waited for entries, and until when that is good. */
  until = 0;
  expires = 0;
  private fd: number | null = null;
  private listedAt = 0;
  /** By name; null for those that are on their way. */
  private readonly answers = new Map<ByteString, Answer | null>();
  /** Answers that are on their way. */
  private pending = 0;
  /** Calls that go through the descriptor. */
  private users = 0;
  private isNamed = false;
  private isReleased = false;

  /** @param path relative to the realdir */
  private constructor(
    readonly path: ByteString,
    readonly identity: Identity,
    /** Of the directory itself, in bytes, whatever that means on its filesystem. */
    readonly size: number,
    private expected: Expected | null,
    private readonly held: Held,
  ) {}

  /** The directory that the walk is in, open, with its names. The descriptor is closed when it is released. */
  static entered(fd: number, names: ByteString[], path: ByteString, identity: Identity, expected: Expected, held: Held): AheadDirectory {
    const directory = new AheadDirectory(path, identity, 0, expected, held);
    directory.hold(fd);
    directory.names = names;
    directory.state = 'listed';
    directory.isNamed = true;
    return directory;
  }


  /** True if nobody asks for anything in it now. */
  get isSettled(): boolean {
    return this.pending === 0;
  }

  /** The walk knows better what it is going to look at. */
  expect(expected: Expected): void {
    this.isExhausted = false;
    this.next = 0;
    this.expected = expected;
  }

  /** True for an entry that is expected to be looked at. */
  wants(name: ByteString): boolean {
    const { barred } = this.held;
    return this.expected?.wants(name) === true && !(barred.isAny && barred.hasPath(joinPath(this.path, name)));
  }

  /** True if an entry was asked for, and not taken. */
  has(name: ByteString): boolean {
    return this.answers.has(name);
  }

  /** True if the answer is there, or none will come. */
  isAnswered(name: ByteString): boolean {
    return this.answers.get(name) !== null;
  }

  /** Since when the answer is true; undefined if there is none. */
  answeredAt(name: ByteString): number | undefined {
    return this.answers.get(name)?.at;
  }

  /** Asks for the status of an entry. Then `onAnswer` is called. */
  ask(name: ByteString, onAnswer: () => void): void {
    this.drop(name);
    this.answers.set(name, null);
    this.pending += 1;
    this.users += 1;
    this.held.calls += 1;
    ask(`${this.place}${name}`, (answer) => {
      this.held.calls -= 1;
      this.pending -= 1;
      this.users -= 1;
      if (this.answers.get(name) === null) {
        this.answers.set(name, answer);
        this.held.answers += 1;
        if ('stat' in answer && answer.stat?.kind === 'directory') this.plan(name, answer.stat);
      }
      this.closeIfUnused();
      onAnswer();
    });
  }

  /** The status of an entry, once; undefined if it was not fetched. The error that reading it met is thrown. */
  take(name: ByteString): PreciseStat | null | undefined {
    const answer = this.answers.get(name) ?? undefined;
    if (answer === undefined) return undefined;
    this.drop(name);
    if ('error' in answer) throw answer.error;
    return answer.stat;
  }

  /** The names, once, if they are not too old. */
  takeNames(): ByteString[] | null {
    if (this.isNamed) return null;
    this.isNamed = true;
    this.held.names -= this.names.length;
    return this.names;
  }

  /** True if the walk can enter it by what is known. */
  isEnterable(expected: Identity): boolean {
    return this.state === 'listed' && !this.isNamed && same(this.identity, expected) && performance.now() - this.listedAt < LISTING_MAX_AGE;
  }

  /** Opens the directory and lists it, or fails. Then `onDone` is called. */
  list(parent: AheadDirectory, name: ByteString, onDone: () => void): void {
    this.state = 'asked';
    this.held.calls += 1;
    parent.users += 1;
    const done = (names: ByteString[] | null): void => {
      this.held.calls -= 1;
      this.users -= 1;
      this.state = names === null ? 'failed' : 'listed';
      if (names !== null && !this.isReleased) this.noteNames(names);
      if (names === null) this.release();
      this.closeIfUnused();
      onDone();
    };
    this.users += 1;
    open(fsPath(`${parent.place}${name}`), DIRECTORY, (openError, fd) => {
      parent.users -= 1;
      parent.closeIfUnused();
      if (openError !== null) return done(null);
      this.hold(fd);
      fstat(fd, BIGINTS, (statError, stat) => {
        if (statError !== null || this.isReleased || !same(preciseStat(stat), this.identity)) return done(null);
        readdir(placeOf(fd), 'latin1', (listError, names) => {
          // Whoever lists it again will tell what is wrong, or doubled.
          done(listError !== null || names.length > NAMES_MAX || distinctNames(names) !== names ? null : names);
        });
      });
    });
  }

  /** The walk is through with the first entries, and with all that is below them. */
  pass(to: number): void {
    for (; this.reached < to; this.reached += 1) {
      const name = this.names[this.reached] as ByteString;
      this.drop(name);
      this.below.get(name)?.release();
      this.below.delete(name);
      this.unread.delete(name);
    }
  }

  /** Forgets all of it. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    for (const directory of this.below.values()) directory.release();
    this.below.clear();
    this.unread.clear();
    for (const name of this.answers.keys()) this.drop(name);
    if (this.state === 'listed' && !this.isNamed) this.held.names -= this.names.length;
    this.isNamed = true;
    this.isExhausted = true;
    this.closeIfUnused();
  }

  private hold(fd: number): void {
    this.fd = fd;
    this.place = `${placeOf(fd)}/`;
    this.held.descriptors += 1;
  }

  private noteNames(names: ByteString[]): void {
    this.names = names;
    this.listedAt = performance.now();
    this.held.names += names.length;
    this.expected = this.expected?.listing(names) ?? null;
  }

  private plan(name: ByteString, stat: EntryStat): void {
    // What is mounted here is another filesystem, which may not answer.
    if (this.isReleased || stat.dev !== this.identity.dev || this.below.has(name)) return;
    const expected = this.expected?.inside(name, stat) ?? null;
    if (expected === null) return;
    this.held.planned += 1;
    if (this.held.planned % LEFT_OUT === 0) return;
    const directory = new AheadDirectory(joinPath(this.path, name), stat, Number(stat.size), expected, this.held);
    this.below.set(name, directory);
    this.unread.set(name, directory);
  }

  private drop(name: ByteString): void {
    const answer = this.answers.get(name);
    if (answer !== null && answer !== undefined) this.held.answers -= 1;
    this.answers.delete(name);
  }

  private closeIfUnused(): void {
    if (!this.isReleased || this.users > 0 || this.fd === null) return;
    closeSync(this.fd);
    this.held.descriptors -= 1;
    this.fd = null;
    this.place = NOWHERE;
  }
}
