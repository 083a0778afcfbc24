import type { Oid } from '../git/objects/object-id.js';
import { stubCommit } from '../shadow/stub/read-stub.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { Transaction } from '../shadow/transaction/transaction.js';

/**
 * What a run of a facet starts from: the tree of its branch, or that of the stub, if the branch
 * does not exist yet; then the stub's commit is a parent of the new one.
 */
export function startOf(
  repo: ShadowRepo,
  { base, reader }: Transaction,
): { readonly tree: Oid; readonly parents: readonly Oid[] } {
  if (base.tree !== null) return { tree: base.tree, parents: [] };
  const stub = stubCommit(repo);
  return { tree: reader.readCommit(stub).tree, parents: [stub] };
}
