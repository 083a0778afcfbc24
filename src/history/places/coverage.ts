import { readRecordedStub } from '../../facets/observe/selection.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import { isTreeRecord } from '../../record/parse.js';
import { isReservedPath } from '../../record/reserved-names.js';
import { treeOfBranch } from '../../shadow/read/facet-tree.js';
import { branchOf } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { atPath } from '../../util/at-path.js';
import type { ByteString } from '../../util/byte-string.js';
import { readFields } from '../read-fields.js';
import { isOneSum } from '../states/tracking.js';

/** How a repo covers a path: file by file; in a sum over more; not, by the rules of its stub; not at all, or not yet. */
export type PathCoverage = 'file' | 'summary' | 'ignored' | 'none';

/**
 * How the newest records of a repo cover a path. Its realdir is not looked at, so `.gitignore` files there do not count.
 * @param path relative to the realdir, of a file or directory that may be gone; empty for the realdir itself
 * @throws FsoError if the records cannot be read
 */
export function coverageOf(repo: ShadowRepo, path: ByteString): PathCoverage {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const tree = treeOfBranch(repo.gitDir, reader, branchOf('stat'));
    if (tree === null) return 'none';
    const isSum = isOneSum(reader, tree);
    if (path === '') return isSum ? 'summary' : 'file';
    const known = recorded(reader, tree, path);
    if (known !== null) return known;
    if (isSum) return 'summary';
    return isReservedPath(path) || isIgnored(readRecordedStub(reader, tree).gitignore, path) ? 'ignored' : 'none';
  } finally {
    reader.close();
  }
}

/** Null if the records say nothing about the path. */
function recorded(reader: ObjectReader, tree: Oid, path: ByteString): PathCoverage | null {
  let at = tree;
  for (const name of isReservedPath(path) ? [] : path.split('/')) {
    const entry = reader.readTree(at).find((each) => each.name === name);
    if (entry === undefined) return null;
    if (entry.mode === FileMode.gitlink) return 'summary';
    if (entry.mode === FileMode.file) {
      return isTreeRecord(atPath(path, () => readFields(reader.readBlob(entry.oid)))) ? 'summary' : 'file';
    }
    if (entry.mode !== FileMode.directory) return 'file';
    at = entry.oid;
  }
  return isReservedPath(path) ? null : 'file';
}

/** Whether the last name is that of a directory is not known: it may be gone. */
function isIgnored(gitignore: Buffer | null, path: ByteString): boolean {
  let scope = IgnoreScope.root(gitignore, null);
  const names = path.split('/');
  const last = names.pop() ?? '';
  for (const name of names) {
    if (scope.ignores(name, true)) return true;
    scope = scope.enter(name, null);
  }
  return scope.ignores(last, false) || scope.ignores(last, true);
}
