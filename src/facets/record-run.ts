import type { Oid } from '../git/objects/object-id.js';
import type { Facet } from '../shadow/facets.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { inTransaction } from '../shadow/transaction/in-transaction.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { RefMove, Transaction } from '../shadow/transaction/transaction.js';
import type { FacetListener } from './facet-result.js';
import { FacetTally } from './facet-result.js';
import type { MountPoints } from './observe/mount-points.js';
import type { ByteString } from '../util/byte-string.js';
import type { Bounds } from '../realdir/reach/reach.js';
import type { ObjectReader } from '../git/objects/object-reader.js';

/** What an observation compares. */
export interface Compared {
  readonly realdir: ByteString;
  readonly bounds: Bounds;
  readonly reader: ObjectReader;
  /** Null if nothing is recorded. */
  readonly tree: Oid | null;
}

/** One attempt to record a facet. */
export interface RecordRun {
  readonly transaction: Transaction;
  /** Counts this attempt, and no other. */
  readonly tally: FacetTally;
}

/**
 * Records a facet: `attempt` observes, and commits through the transaction. If somebody else moved the branch meanwhile, it
 * observes again, and counts from the beginning.
 * @throws LockedError if another run of the facet takes longer than this one waits
 */
export function recordRun<T>(
  repo: ShadowRepo,
  facet: Facet,
  options: RunOptions & FacetListener,
  attempt: (run: RecordRun) => Promise<T>,
): Promise<T> {
  return inTransaction(repo, facet, options, (transaction) => attempt({ transaction, tally: new FacetTally(options) }));
}

/** What is compared: a realdir, and the tree that a transaction starts from. */
export function comparedBy(repo: ShadowRepo, { reader, base }: Transaction): Compared {
  return { realdir: repo.realdir, bounds: repo.bounds, reader, tree: base.tree };
}

/** What was observed in a realdir. */
export interface Observed {
  /** Null: nothing is left. */
  readonly tree: Oid | null;
  readonly mounts: MountPoints;
  /** Further parents of a commit. */
  readonly mergedFrom?: readonly Oid[];
  /** Refs that move after the branch, or alone, if that stays where it is. */
  readonly followers?: readonly RefMove[];
}

/**
 * Commits what was observed, if it differs from what is recorded. Where filesystems are mounted is remembered before that.
 * @returns the commit; null if nothing differs
 */
export async function commitObserved(transaction: Transaction, facet: Facet, observed: Observed): Promise<Oid | null> {
  const { tree, mounts, mergedFrom = [], followers = [] } = observed;
  const isChanged = tree !== transaction.base.tree;
  const precursors = await mounts.moves(transaction, isChanged);
  if (isChanged) return transaction.commit(tree, facet, mergedFrom, followers, precursors);
  const moves = [...precursors, ...followers];
  if (moves.length > 0) await transaction.moveOnly(moves, facet);
  return null;
}
