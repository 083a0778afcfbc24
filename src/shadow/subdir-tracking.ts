import { UsageError } from '../util/errors.js';

/** How a shadow repo may treat subdirectories (NOE-18, Init strategies). */
export const SUBDIR_TRACKINGS = ['enter-subdirs', 'bundle-subdirs', 'ignore-subdirs', 'ignore-most'] as const;

export type SubdirTracking = (typeof SUBDIR_TRACKINGS)[number];

/** True for the four names of ways to track subdirectories. */
export function isSubdirTracking(word: string): word is SubdirTracking {
  return (SUBDIR_TRACKINGS as readonly string[]).includes(word);
}

/** @throws UsageError for any other word */
export function parseSubdirTracking(word: string): SubdirTracking {
  if (isSubdirTracking(word)) return word;
  throw new UsageError(`unknown subdir tracking ${JSON.stringify(word)}; known are ${SUBDIR_TRACKINGS.join(', ')}`);
}
