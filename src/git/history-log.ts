import { textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { byteFs } from './byte-fs.js';
import { decodeCommit } from './commit-codec.js';
import type { Commit } from './commit-codec.js';
import { oidFromHex, oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';
import { readRef } from './refs.js';

/** A commit with its id. */
export interface LoggedCommit {
  readonly oid: Oid;
  readonly commit: Commit;
}

/**
 * The history of a ref, newest first, as `git log` orders it; empty if the ref does not exist.
 * For the cold path: a few commits that somebody wants to see.
 * @param options.limit at most so many commits; all if left out.
 */
export async function logCommits(gitDir: ByteString, ref: string, options: { limit?: number } = {}): Promise<LoggedCommit[]> {
  const start = readRef(gitDir, ref);
  if (start === null) return [];
  // Loaded only here: it is by far the largest library, and most commands do not need it.
  const { log } = await import('isomorphic-git');
  const depth = options.limit === undefined ? {} : { depth: options.limit };
  try {
    // One cache for the whole call; without it each commit would parse the pack index again.
    const entries = await log({ fs: byteFs, gitdir: gitDir, ref: oidToHex(start), cache: {}, ...depth });
    return entries.map(({ oid, payload }) => ({ oid: oidFromHex(oid), commit: decodeCommit(Buffer.from(payload, 'utf8')) }));
  } catch (error) {
    if (!(error instanceof Error) || !('isIsomorphicGitError' in error)) throw error;
    throw new FsoError(`${textOfBytes(gitDir)}: the history of ${ref} cannot be read: ${error.message}`, {
      remedy: 'run `git-fso check` in the shadow repo', cause: error,
    });
  }
}
