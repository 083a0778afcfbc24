import type { Oid } from '../git/object-id.js';
import { isAncestor, mergeBase } from '../git/ancestry.js';
import { mergeTrees } from '../git/merge-trees.js';
import type { Facet } from '../shadow/branches.js';
import { branchOf, STUB_FOLLOWERS } from '../shadow/branches.js';
import { stubCommit } from '../shadow/read-stub.js';
import { retryIfMoved } from '../shadow/retry.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { Transaction } from '../shadow/transaction.js';
import type { ByteString } from '../util/byte-string.js';
import { isReserved } from '../record/reserved-names.js';

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
    applied.push(await retryIfMoved(() => applyTo(repo, facet, options)));
  }
  return applied;
}

async function applyTo(repo: ShadowRepo, facet: Facet, options: RunOptions): Promise<AppliedStub> {
  const transaction = new Transaction(repo, branchOf(facet), facet, options);
  try {
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
  } finally {
    transaction.close();
  }
}
