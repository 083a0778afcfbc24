import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { COMBINED_FACETS } from '../../shadow/facets.js';
import { recordCombined } from './record-combined.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import { sortEntries } from '../observe/diff/directory-edit.js';

/**
 * Combines stat, sha and content on `master-sot` as a struct of trees: one directory for each of
 * them. What else is at the toplevel of the branch stays.
 * @throws FsoError if one of them does not exist; LockedError
 */
export function recordSot(repo: ShadowRepo, options: RunOptions & FacetListener): Promise<FacetResult> {
  return recordCombined(repo, 'sot', options, async ({ transaction, tree, sources }) => {
    const { reader } = transaction;
    const isSource = ({ name }: TreeEntry): boolean => (COMBINED_FACETS as readonly string[]).includes(name);
    const entries = reader.readTree(tree).filter((entry) => !isSource(entry));
    for (const [index, oid] of sources.entries()) {
      // Git cannot check out a directory that contains nothing.
      if (reader.readTree(oid).length === 0) continue;
      entries.push({ name: COMBINED_FACETS[index]!, mode: FileMode.directory, oid });
    }
    return entries.length === 0 ? null : transaction.writeTree(sortEntries(entries));
  });
}
