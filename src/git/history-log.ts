import type { ByteString } from '../util/byte-string.js';
import type { LoggedCommit } from './commit-walk.js';
import { readRef } from './refs.js';

export type { LoggedCommit } from './commit-walk.js';

/**
 * The history of a ref, newest first, as `git log` orders it; empty if the ref does not exist.
 * For the cold path: a few commits that somebody wants to see.
 * @param options.limit at most so many commits; all if left out.
 * @throws FsoError if a commit cannot be read.
 */
export async function logCommits(gitDir: ByteString, ref: string, options: { limit?: number } = {}): Promise<LoggedCommit[]> {
  const start = readRef(gitDir, ref);
  if (start === null) return [];
  // Loaded only here: isomorphic-git is by far the largest library, and most commands do not need it.
  const { walkCommits } = await import('./commit-walk.js');
  return walkCommits(gitDir, start, options.limit);
}
