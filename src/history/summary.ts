import { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import { FileMode } from '../git/trees/tree-codec.js';
import { requireTreeDepth } from '../git/trees/tree-depth.js';
import { isReserved } from '../record/reserved-names.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { atPath } from '../util/at-path.js';
import { statTree } from './stat-tree.js';

/** How much a tree of `master-stat` records. */
export interface StatSummary {
  /** Blobs: files, symlinks, nogbundles, submodules, and the `.nogtree` of subdirectories. */
  readonly numFiles: number;
  /** Subdirectories that directly contain something that is counted. */
  readonly numDirs: number;
  /** Gitlinks, which only old shadow repos have. */
  readonly numOther: number;
}

/**
 * Counts the records of a tree. Toplevel names that configure the shadow repo are left out, and the
 * toplevel `.nogtree`; deeper ones are counted.
 * @throws FsoError that names the path of a tree that cannot be read
 * @internal for tests
 */
export function summarizeStat(reader: ObjectReader, tree: Oid): StatSummary {
  let [numFiles, numDirs, numOther] = [0, 0, 0];
  const pending: { readonly path: ByteString; readonly tree: Oid; readonly depth: number }[] = [{ path: '', tree, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, tree: oid, depth } = next;
    requireTreeDepth(depth, path);
    let hasFiles = false;
    for (const entry of atPath(path, () => reader.readTree(oid))) {
      if (path === '' && isReserved(entry.name)) continue;
      if (entry.mode === FileMode.directory) {
        pending.push({ path: joinPath(path, entry.name), tree: entry.oid, depth: depth + 1 });
        continue;
      }
      hasFiles = true;
      if (entry.mode === FileMode.gitlink) numOther += 1;
      else numFiles += 1;
    }
    if (hasFiles && path !== '') numDirs += 1;
  }
  return { numFiles, numDirs, numOther };
}

/**
 * Counts what `master-stat` records.
 * @param tree of the branch; null for what it has now
 * @throws FsoError like `summarizeStat`, and if there is no such branch
 */
export function summarizeRepo(repo: ShadowRepo, tree: Oid | null = null): StatSummary {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    return summarizeStat(reader, tree ?? statTree(repo, reader));
  } finally {
    reader.close();
  }
}
