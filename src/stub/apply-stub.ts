import type { Oid } from '../git/objects/object-id.js';
import { isAncestor, mergeBase } from '../git/commits/ancestry.js';
import { mergeTrees } from '../git/trees/merge-trees.js';
import type { Facet } from '../shadow/facets.js';
import { STUB_FOLLOWERS } from '../shadow/facets.js';
import { stubCommit } from '../shadow/stub/read-stub.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { isReserved } from '../record/reserved-names.js';
import { inTransaction } from '../shadow/transaction/in-transaction.js';

/** What applying the stub did to one branch. */
export interface AppliedStub {
  readonly facet: Facet;
  /** The merge commit; null if the branch has the stub already. */
  readonly commit: Oid | null;
  /** Paths that both the stub and the facet have; the record was kept. */
  readonly conflicts: readonly ByteString[];
}

/**
 * Merges `master-stub` into the branches that follow it, three-way by tree (NOE-18, Specifying
 * nogbundles). Files of the stub win for names that are never tracked; elsewhere the record wins.
 */
export async function applyStub(repo: ShadowRepo, options: RunOptions): Promise<readonly AppliedStub[]> {
  const applied: AppliedStub[] = [];
  for (const facet of STUB_FOLLOWERS) {
    applied.push(await applyTo(repo, facet, options));
  }
  return applied;
}

function applyTo(repo: ShadowRepo, facet: Facet, options: RunOptions): Promise<AppliedStub> {
  return inTransaction(repo, facet, options, async (transaction) => {
    const { base, reader } = transaction;
    const stub = stubCommit(repo);
    if (base.commit !== null && isAncestor(reader, stub, base.commit)) return { facet, commit: null, conflicts: [] };
    await transaction.lock();
    const common = base.commit === null ? null : mergeBase(reader, base.commit, stub);
    const trees = {
      base: common === null ? null : reader.readCommit(common).tree,
      ours: base.tree,
      theirs: reader.readCommit(stub).tree,
    };
    const { tree, conflicts } = mergeTrees(transaction, trees, isReserved);
    return { facet, commit: await transaction.commit(tree, 'apply-stub', [stub]), conflicts };
  });
}
