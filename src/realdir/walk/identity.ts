import type { EntryStat } from '../stat/lstat.js';

/** Which file or directory it is, whatever its path says. */
export type Identity = Pick<EntryStat, 'dev' | 'ino'>;

/** True if it is the same one; nothing is not. */
export function same(a: Identity | null, b: Identity): boolean {
  return a !== null && a.ino === b.ino && a.dev === b.dev;
}
