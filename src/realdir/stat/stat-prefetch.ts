import { lstat } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { PreciseStat } from './lstat.js';
import { preciseStat } from './lstat.js';

/** Entries of a directory that are asked for together; memory for each level of a walk is bounded by it. */
export const PREFETCHED = 256;
/** Calls that wait at the same time; Node's threads take as many as there are of them. */
const IN_FLIGHT = 32;
/** A status that is older is asked for again, in milliseconds: the walk may have been below in between. */
const MAX_AGE = 1000;

/** What lstat(2) answered: null for an entry that is not there. */
type Answer = { readonly stat: PreciseStat | null } | { readonly error: unknown };

function ask(path: ByteString): Promise<Answer> {
  return new Promise((resolve) => {
    lstat(fsPath(path), { bigint: true }, (error, stat) => {
      if (error === null) resolve({ stat: preciseStat(stat) });
      else if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) resolve({ stat: null });
      else resolve({ error });
    });
  });
}

/** Status of the next entries of one directory, fetched many at a time. */
export class StatPrefetch {
  private readonly answers = new Map<ByteString, Answer>();
  private until = 0;
  private expires = 0;

  /** True if the entry in this place needs no other fetch, because it was part of the last one. */
  covers(at: number): boolean {
    return at < this.until && performance.now() < this.expires;
  }

  /**
   * Fetches the status of entries, of which the walk reaches the first in place `at`. Failures are
   * kept for `take`.
   * @param prefix what stands before a name to reach it, wherever the process is
   */
  async fetch(prefix: ByteString, names: readonly ByteString[], at: number): Promise<void> {
    this.answers.clear();
    this.until = at + PREFETCHED;
    const remaining = names.values();
    const work = async (): Promise<void> => {
      for (const name of remaining) this.answers.set(name, await ask(prefix + name));
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, names.length) }, work));
    this.expires = performance.now() + MAX_AGE;
  }

  /** The status of an entry, once; undefined if it was not fetched. The error that reading it met is thrown. */
  take(name: ByteString): PreciseStat | null | undefined {
    const answer = this.answers.get(name);
    if (answer === undefined) return undefined;
    this.answers.delete(name);
    if ('error' in answer) throw answer.error;
    return answer.stat;
  }
}
