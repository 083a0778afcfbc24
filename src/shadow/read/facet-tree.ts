import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import type { ByteString } from '../../util/byte-string.js';
import { atPath } from '../../util/at-path.js';

/**
 * The tree of the newest commit of a branch; null if the branch does not exist.
 * @throws FsoError that names the branch, if its commit cannot be read
 */
export function treeOfBranch(gitDir: ByteString, reader: ObjectReader, branch: string): Oid | null {
  const commit = readRef(gitDir, branch);
  return commit === null ? null : atPath(branch, () => reader.readCommit(commit)).tree;
}
