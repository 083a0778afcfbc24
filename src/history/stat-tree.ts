import type { Oid } from '../git/objects/object-id.js';
import type { ObjectReader } from '../git/objects/object-reader.js';
import { treeOfBranch } from '../shadow/read/facet-tree.js';
import { branchOf } from '../shadow/facets.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';

/** What `master-stat` records now. @throws FsoError if the branch does not exist */
export function statTree(repo: ShadowRepo, reader: ObjectReader): Oid {
  const tree = treeOfBranch(repo.gitDir, reader, branchOf('stat'));
  if (tree !== null) return tree;
  throw new FsoError(`${textOfBytes(repo.directory)}: nothing is recorded on master-stat`, { remedy: 'run `git-fso stat`' });
}
