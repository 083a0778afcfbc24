import { log } from 'isomorphic-git';
import { textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { byteFs } from './byte-fs.js';
import { decodeCommit } from './commit-codec.js';
import type { Commit } from './commit-codec.js';
import { oidFromHex, oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';

/** A commit with its id. */
export interface LoggedCommit {
  readonly oid: Oid;
  readonly commit: Commit;
}

/**
 * The commit and its ancestors, newest first, at most `limit`, read by isomorphic-git.
 * @throws FsoError if one of them cannot be read.
 */
export async function walkCommits(gitDir: ByteString, start: Oid, limit: number | undefined): Promise<LoggedCommit[]> {
  const depth = limit === undefined ? {} : { depth: limit };
  try {
    // One cache for the whole call; without it each commit would parse the pack index again.
    const entries = await log({ fs: byteFs, gitdir: gitDir, ref: oidToHex(start), cache: {}, ...depth });
    return entries.map(({ oid, payload }) => ({ oid: oidFromHex(oid), commit: decodeCommit(Buffer.from(payload, 'utf8')) }));
  } catch (error) {
    if (!(error instanceof Error) || !('isIsomorphicGitError' in error)) throw error;
    throw new FsoError(`${textOfBytes(gitDir)}: the history of ${oidToHex(start)} cannot be read: ${error.message}`, {
      remedy: 'run `git-fso check` in the shadow repo', cause: error,
    });
  }
}
