import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { FileMode } from '../git/tree-codec.js';
import { isReserved } from '../record/reserved-names.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { atPath } from './at-path.js';

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
 */
export function summarizeStat(reader: ObjectReader, tree: Oid): StatSummary {
  let [numFiles, numDirs, numOther] = [0, 0, 0];
  const pending: { readonly path: ByteString; readonly tree: Oid }[] = [{ path: '', tree }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, tree: oid } = next;
    let hasFiles = false;
    for (const entry of atPath(path, () => reader.readTree(oid))) {
      if (path === '' && isReserved(entry.name)) continue;
      if (entry.mode === FileMode.directory) {
        pending.push({ path: joinPath(path, entry.name), tree: entry.oid });
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
