import type { Facet } from '../facets.js';
import { branchOf } from '../facets.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { retryIfMoved } from './retry.js';
import type { RunOptions } from './run-options.js';
import { Transaction } from './transaction.js';

/**
 * Runs `work` with a transaction on the branch of a facet, and closes that. If somebody else moved the branch meanwhile, it
 * runs again with a new one: what it counts must be counted inside.
 */
export function inTransaction<T>(
  repo: ShadowRepo,
  facet: Facet,
  options: RunOptions,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return retryIfMoved(async () => {
    const transaction = new Transaction(repo, branchOf(facet), facet, options);
    try {
      return await work(transaction);
    } finally {
      transaction.close();
    }
  });
}
