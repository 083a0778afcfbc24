import type { ByteString } from '../../util/byte-string.js';
import type { EntryStat, PreciseStat } from '../stat/lstat.js';
import type { Identity } from './identity.js';

/**
 * The directory at the end of a `LevelChain`, as a walk reaches it: it is there, or it is away, before the walk and while other code runs.
 * Errors of the system are thrown.
 */
export interface WalkPosition {
  /** What stands before a name to reach it at this moment. */
  readonly prefix: ByteString;
  /** True if the walk is there; false if `take` must find the way. */
  arrive(): boolean;
  /**
   * Finds the way to the end of the chain; a walk whose position throws stays away.
   * @returns false if part of the chain has vanished, so that nothing is found from now on
   */
  take(): boolean;
  /**
   * Goes to a directory in this one, which the chain will name next; false if it is gone or another one: then the walk is where it was,
   * or away.
   */
  isStep(name: ByteString, expected: Identity): boolean;
  /** Like `isStep`, by an absolute path, wherever the walk was. */
  takeFrom(path: ByteString, expected: Identity): boolean;
  /** The same where going up first, to the end of the chain, is not needed; false if `isStep` must do it. */
  across(name: ByteString, expected: Identity): boolean;
  /** The chain is one level shorter. */
  shortened(): void;
  /** Names in the directory, in the order of their bytes. */
  names(): ByteString[];
  /** See `lstatEntry`. */
  lstat(name: ByteString): EntryStat | null;
  /** See `lstatPrecise`. */
  lstatPrecise(name: ByteString): PreciseStat | null;
  /** Keeps an open directory, which is `depth` levels below the top, to come back by it. @param isLent somebody else closes it */
  keep(fd: number, depth: number, isLent: boolean): void;
  /** Goes away, before other code runs. */
  suspend(): void;
  /** Goes away, and keeps nothing: the walk goes on by other ways. */
  away(): void;
  /** Goes away for good. */
  close(): void;
}
