import { branchOf } from '../shadow/branches.js';
import { retryIfMoved } from '../shadow/retry.js';
import type { RunOptions } from '../shadow/run-options.js';
import { readSeen, writeSeen } from '../shadow/seen-file.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { Transaction } from '../shadow/transaction.js';
import type { FacetListener, FacetResult } from './facet-result.js';
import { FacetTally } from './facet-result.js';
import { SeenDirectories } from './observe/seen-directories.js';
import { observeStat } from './observe-stat.js';

/** How a `stat` run differs from the usual. */
export interface StatOptions {
  /**
   * `range` renews the toplevel summary although nothing triggers it, `only` does nothing else.
   */
  readonly mtimeRange?: 'range' | 'only';
  /** Renews the summaries of the toplevel, of all nogbundles and of all submodules. */
  readonly recheck?: boolean;
}

/**
 * Records names, sizes and mtimes of a realdir on `master-stat`. Commits if something changed.
 * @throws LockedError if another `stat` runs for longer than the run waits
 */
export async function recordStat(
  repo: ShadowRepo,
  options: StatOptions & RunOptions & FacetListener,
): Promise<FacetResult> {
  return retryIfMoved(async () => {
    const tally = new FacetTally(options);
    const isOfUse = options.recheck !== true && options.mtimeRange !== 'only';
    const seen = new SeenDirectories(isOfUse ? readSeen(repo) : '');
    const transaction = new Transaction(repo, branchOf('stat'), 'stat', options);
    try {
      const tree = await observeStat({
        realdir: repo.realdir,
        reader: transaction.reader,
        tree: transaction.base.tree,
        sink: transaction,
        seen,
        events: tally,
        mtimeRange: options.mtimeRange,
        recheck: options.recheck,
        signal: options.signal,
        beforeWrite: () => transaction.lock(),
      });
      const commit = tree === transaction.base.tree ? null : await transaction.commit(tree, 'stat');
      const pairs = seen.changed();
      if (pairs !== null) writeSeen(repo, pairs);
      return tally.result(commit);
    } finally {
      transaction.close();
    }
  });
}
