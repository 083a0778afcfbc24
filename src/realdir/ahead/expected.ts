import type { ByteString } from '../../util/byte-string.js';
import type { EntryStat } from '../stat/lstat.js';

/**
 * What a walk is going to look at in a directory, as far as that is known before the walk is there. Whatever is not asked for ahead
 * of the walk is read when its turn comes.
 */
export interface Expected {
  /** True for an entry that is looked at, whatever it is: what hangs must not be asked for needlessly. */
  wants(name: ByteString): boolean;
  /** What is expected in a subdirectory; null if it is not entered, or nobody can tell yet. */
  inside(name: ByteString, stat: EntryStat): Expected | null;
  /** The same when it is known what is in the directory; null if its entries are better left alone. */
  listing(names: readonly ByteString[]): Expected | null;
}

/** All entries of a directory, and nothing below. */
export const ENTRIES_ONLY: Expected = { wants: () => true, inside: () => null, listing: () => null };
