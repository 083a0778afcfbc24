import { isMainThread } from 'node:worker_threads';
import type { DirectoryCalls } from '../../system/directory-calls.js';
import { directoryCalls } from '../../system/directory-calls.js';

/** Loading the calls takes as long as they save on so many entries. */
const ENTRIES = 4096;

/** How many entries are to be walked before it pays; other threads walk only where there is much to do. */
let left = isMainThread ? ENTRIES : 0;

/** Takes note of entries that this thread walks. */
export function countWalked(entries: number): void {
  left -= entries;
}

/** Has walks of this thread take the calls from the start, if there are any; or only later, as in the beginning. */
export function expectLongWalks(areLong: boolean): void {
  left = areLong ? 0 : ENTRIES;
}

/** The calls for walks, from when they pay; null before that, and where there are none. */
export function callsForWalk(): DirectoryCalls | null {
  return left > 0 ? null : directoryCalls();
}
