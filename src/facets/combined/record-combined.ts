import type { Oid } from '../../git/objects/object-id.js';
import { COMBINED_FACETS } from '../../shadow/facets.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import { FsoError } from '../../util/errors.js';
import type { FacetListener, FacetResult, FacetTally } from '../facet-result.js';
import { recordRun } from '../record-run.js';
import { startOf } from '../starting-point.js';
import { textOfBytes } from '../../util/byte-string.js';

/** The trees of the facets that are combined, in their order. */
export type SourceTrees = readonly Oid[];

/** What a combination is made from. */
export interface CombinationInput {
  readonly transaction: Transaction;
  /** The tree of the branch so far. */
  readonly tree: Oid;
  readonly sources: SourceTrees;
  /** The sources that `tree` was made from; null if that is not known. */
  readonly previousSources: SourceTrees | null;
  readonly tally: FacetTally;
}

/**
 * Combines stat, sha and content on one branch. The realdir is not read. What was combined last is
 * told by the parents of the last commit: the branch itself, then the sources. So a run commits if a source
 * has a new commit since then, whether its tree is a new one or not.
 * @throws FsoError if a source does not exist
 */
export function recordCombined(
  repo: ShadowRepo,
  facet: 'sot' | 'tos',
  options: RunOptions & FacetListener,
  combine: (input: CombinationInput) => Promise<Oid | null>,
): Promise<FacetResult> {
  return recordRun(repo, facet, options, async ({ transaction, tally }) => {
    const { base, reader } = transaction;
    const commits = COMBINED_FACETS.map((source) => sourceCommit(repo, source));
    const previous = base.commit === null ? [] : reader.readCommit(base.commit).parents.slice(1);
    if (base.commit !== null && isSame(previous, commits)) return tally.result(null);
    await transaction.lock();
    const start = startOf(repo, transaction);
    const treeOf = (commit: Oid): Oid => reader.readCommit(commit).tree;
    const isKnown = previous.length === COMBINED_FACETS.length && previous.every((commit) => reader.has(commit));
    const tree = await combine({
      transaction,
      tree: start.tree,
      sources: commits.map(treeOf),
      previousSources: isKnown ? previous.map(treeOf) : null,
      tally,
    });
    return tally.result(await transaction.commit(tree, facet, [...start.parents, ...commits]));
  });
}

function isSame(a: readonly Oid[], b: readonly Oid[]): boolean {
  return a.length === b.length && a.every((oid, index) => oid === b[index]);
}

function sourceCommit(repo: ShadowRepo, source: (typeof COMBINED_FACETS)[number]): Oid {
  const commit = repo.head(source);
  if (commit !== null) return commit;
  throw new FsoError(`${textOfBytes(repo.directory)}: the branch master-${source} does not exist`, {
    remedy: `run \`git-fso ${source}\` first`,
  });
}
