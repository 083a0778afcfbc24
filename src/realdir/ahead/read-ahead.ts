import type { ByteString } from '../../util/byte-string.js';
import { shareOfOpenFiles } from '../../util/process/open-file-limit.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { Identity } from '../walk/identity.js';
import type { Barred } from '../reach/barred.js';
import type { AheadDirectory, Held } from './ahead-directory.js';
import { NAMES_MAX } from './ahead-directory.js';

/** Entries of the directory that the walk is in that it waits for together. */
export const CHUNK = 256;
/** Calls that are handed to Node's threads: twice as many as there are of these, so that neither they nor the walk wait for long. */
const CALLS = 128;
/** Entries of one directory that are asked for before the walk has come to it, or beyond where it is. */
const ENTRIES = 1024;
/** Answers that the walk has not taken. */
const ANSWERS_MIN = 256;
const ANSWERS_MAX = 4096;
/** Directories that are held open. */
const DESCRIPTORS = 256;
/** How many names are expected in a directory that is to be listed: at least these, */
const NAMES_MIN = 128;
/** and before anything is known about others, or where it looks large, so many. */
const NAMES_FIRST = NAMES_MAX / 16;
/** Bytes of a directory for each name, on filesystems where these are what counts. */
const NAME_BYTES = 32;
/** How fast a large directory is forgotten, with each other one. */
const DECAY = 0.9;
/** In milliseconds: an answer that is older when the walk comes near is asked for again, and it is good for as long from then on. */
const FRESH = 2000;
/** While the walk waits, it looks so often whether the run was cancelled, in milliseconds. */
const PATIENCE = 200;

/** What came of looking for something to ask for in a directory and below. */
type Search = 'started' | 'nothing now' | 'nothing left';

/**
 * Reads directories and the status of entries ahead of a walk, depth first in its order, with as many calls at a time as Node has
 * threads. For filesystems where each call takes long. What is held is bounded, whatever the tree is like.
 */
export class ReadAhead {
  /** By level; null where the walk got without it. */
  private readonly chain: (AheadDirectory | null)[] = [];
  /** The directory that the walk is in, if it is read ahead. */
  here: AheadDirectory | null = null;
  readonly held: Held;
  private answers = ANSWERS_MIN;
  /** Names that are expected of the directories that are being listed. */
  private listing = 0;
  /** Of late. */
  private largest = NAMES_FIRST;
  private waiting: (() => void) | null = null;

  constructor(barred: Barred) {
    this.held = { barred, planned: 0, calls: 0, answers: 0, names: 0, descriptors: 0 };
  }

  /** False if too many directories are open for the one that the walk is in, or comes to. */
  get hasRoom(): boolean {
    return this.held.descriptors < 1.5 * shareOfOpenFiles(DESCRIPTORS);
  }

  /** The walk is in a directory that was not read ahead so far. */
  begin(level: number, directory: AheadDirectory): void {
    this.leave(level);
    this.here = directory;
    this.chain[level] = directory;
  }

  /** True if a subdirectory can be entered by what is known ahead. */
  has(name: ByteString, expected: Identity): boolean {
    return this.here?.below.get(name)?.isEnterable(expected) === true;
  }

  /** The walk has entered a directory, which is at that level. @param name if it did so by what is known ahead, else null */
  enter(level: number, name: ByteString | null): void {
    this.here = (name === null ? null : this.here?.below.get(name)) ?? null;
    this.chain[level] = this.here;
  }

  /** The walk is at that level again. */
  leave(level: number): void {
    for (const directory of this.chain.splice(level + 1)) directory?.release();
    this.here = this.chain[level] ?? null;
  }

  /**
   * Has the next entries of the directory that the walk is in answered.
   * @param at how many of its entries come before
   * @returns what to wait for, undefined if that is done
   */
  ready(directory: AheadDirectory, at: number, yieldTurn: YieldTurn): Promise<void> | undefined {
    const now = performance.now();
    if (at < directory.until && now < directory.expires) return undefined;
    const { names } = directory;
    const end = Math.min(at + CHUNK, names.length);
    directory.pass(at);
    let hasOld = false;
    for (let index = at; index < end; index += 1) {
      const name = names[index] as ByteString;
      const answeredAt = directory.answeredAt(name);
      const isOld = answeredAt !== undefined && now - answeredAt > FRESH;
      if (isOld || (index >= directory.next && !directory.has(name) && directory.wants(name))) directory.ask(name, this.onAnswer);
      hasOld ||= isOld;
    }
    // What comes long before its turn comes too early.
    if (hasOld) this.answers = Math.max(ANSWERS_MIN, this.answers / 2);
    directory.next = Math.max(directory.next, end);
    directory.until = end;
    directory.expires = now + FRESH;
    this.pump();
    let checked = at;
    const isDone = (): boolean => {
      while (checked < end && directory.isAnswered(names[checked] as ByteString)) checked += 1;
      return checked === end;
    };
    if (isDone()) return undefined;
    if (!hasOld) this.answers = Math.min(ANSWERS_MAX, this.answers * 2);
    return this.waitFresh(directory, isDone, yieldTurn);
  }

  /** Has a subdirectory listed, if it is expected that the walk enters it. */
  readyInside(name: ByteString, yieldTurn: YieldTurn): Promise<void> | undefined {
    const directory = this.here?.below.get(name);
    if (this.here === null || directory === undefined) return undefined;
    if (directory.state === 'planned' && this.hasRoom) this.list(this.here, directory, name);
    return directory.state === 'asked' ? this.wait(() => directory.state !== 'asked', yieldTurn) : undefined;
  }

  /** Asks for more, as long as there is room. */
  private pump(): void {
    while (this.held.calls < CALLS && this.held.answers + this.held.calls < this.answers && this.startNext());
  }

  private startNext(): boolean {
    for (let level = this.chain.length - 1; level >= 0; level -= 1) {
      const directory = this.chain[level];
      if (directory !== null && directory !== undefined && this.startIn(directory) === 'started') return true;
    }
    return false;
  }

  private startIn(directory: AheadDirectory): Search {
    const { names, unread } = directory;
    if (directory.isExhausted || directory.state === 'failed') return 'nothing left';
    if (directory.state !== 'listed') return 'nothing now';
    const end = Math.min(names.length, directory.reached + ENTRIES);
    while (directory.next < end) {
      const name = names[directory.next++] as ByteString;
      if (directory.has(name) || !directory.wants(name)) continue;
      directory.ask(name, this.onAnswer);
      return 'started';
    }
    let isOver = directory.next === names.length && directory.isSettled;
    for (const [name, inner] of unread) {
      if (inner.state === 'planned') {
        isOver = false;
        if (!this.mayList(inner)) continue;
        this.list(directory, inner, name);
        return 'started';
      }
      const found = this.startIn(inner);
      if (found === 'started') return found;
      if (found === 'nothing now') isOver = false;
      else unread.delete(name);
    }
    directory.isExhausted = isOver;
    return isOver ? 'nothing left' : 'nothing now';
  }

  private mayList(directory: AheadDirectory): boolean {
    const { names, descriptors } = this.held;
    return (names === 0 || names + this.listing + this.sizeOf(directory) <= NAMES_MAX) && descriptors < shareOfOpenFiles(DESCRIPTORS);
  }

  /** How many names to expect. */
  private sizeOf({ size }: AheadDirectory): number {
    return Math.max(this.largest, Math.min(NAMES_FIRST, size / NAME_BYTES));
  }

  private list(parent: AheadDirectory, directory: AheadDirectory, name: ByteString): void {
    const expected = this.sizeOf(directory);
    this.listing += expected;
    directory.list(parent, name, () => {
      this.listing -= expected;
      this.largest = Math.max(NAMES_MIN, directory.names.length, this.largest * DECAY);
      this.onAnswer();
    });
  }

  private readonly onAnswer = (): void => {
    this.waiting?.();
    this.pump();
  };

  /** What the walk has waited for is as good as it gets, however long that took. */
  private async waitFresh(directory: AheadDirectory, isDone: () => boolean, yieldTurn: YieldTurn): Promise<void> {
    await this.wait(isDone, yieldTurn);
    directory.expires = performance.now() + FRESH;
  }

  /** Waits until something is done; rejects if the run was cancelled meanwhile. */
  private async wait(isDone: () => boolean, yieldTurn: YieldTurn): Promise<void> {
    while (!isDone()) {
      let isPatient = true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => { isPatient = false; resolve(); }, PATIENCE);
        this.waiting = () => {
          if (!isDone()) return;
          clearTimeout(timer);
          resolve();
        };
      });
      this.waiting = null;
      const turn = isPatient ? undefined : yieldTurn();
      if (turn !== undefined) await turn;
    }
  }
}
