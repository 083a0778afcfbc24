import { shallowCommits } from '../../git/commits/shallow.js';
import type { Oid } from '../../git/objects/object-id.js';
import { oidToHex } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { ByteString } from '../../util/byte-string.js';

/** So many commits that look old enough are read, as Git does, since clocks run back. */
const SLOP = 16;

/**
 * The state of a branch at a time that is not long ago: like `commitAt`, but it does not read a long history to its begin, and so takes no
 * notice of a clock that was ahead long before.
 * @param tip newest commit of the branch
 * @param seconds since 1970
 * @returns its tree; null if the history begins later
 * @throws FsoError if the history cannot be read
 */
export function recentTree(gitDir: ByteString, reader: ObjectReader, tip: Oid, seconds: number): Oid | null {
  const ends = shallowCommits(gitDir);
  let found: Oid | null = null;
  let old = 0;
  for (let oid: Oid | undefined = tip; oid !== undefined && old < SLOP; ) {
    const { tree, committer, parents }: ReturnType<ObjectReader['readCommit']> = reader.readCommit(oid);
    if (committer.seconds > seconds) [found, old] = [null, 0];
    else old += 1;
    if (old === 1) found = tree;
    oid = ends.has(oidToHex(oid)) ? undefined : parents[0];
  }
  return found;
}
