import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { branchOf, HASHED_REF } from '../../shadow/facets.js';
import type { Facet } from '../../shadow/facets.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { Transaction } from '../../shadow/transaction/transaction.js';
import { contentSelection } from '../content/content.js';
import { ContentWalk } from '../content/content-walk.js';
import { contentStore } from '../content/record-content.js';
import { FacetTally } from '../facet-result.js';
import { yieldOutside } from '../observe/yield-outside.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { readRecordedStub } from '../observe/selection.js';
import { traceBelow } from '../../util/trace.js';
import { LIMITS_BY_HAND } from '../run-limits.js';
import { MountPoints } from '../observe/mount-points.js';
import { observeSha } from '../sha/observe-sha.js';
import { observeStat } from '../stat/observe-stat.js';
import { startOf } from '../starting-point.js';
import type { KnownHashes } from '../sha/known-hashes.js';
import type { TreeSource } from './losses.js';
import { comparedBy } from '../record-run.js';

/** What a facet would record of a realdir, before it is decided whether it shall. Close it in any case. */
export interface NewState {
  readonly tree: Oid | null;
  /** Reads the tree, and what was recorded before. */
  readonly trees: TreeSource;
  commit(): Promise<void>;
  close(): void;
}

/** Writes objects, and remembers trees, so that they can be read before they are recorded. */
class RememberedTrees implements ObjectSink, TreeSource {
  private readonly trees = new Map<Oid, readonly TreeEntry[]>();

  constructor(
    private readonly sink: ObjectSink,
    private readonly reader: ObjectReader,
  ) {}

  writeBlob(body: Buffer | string): Oid {
    return this.sink.writeBlob(body);
  }

  writeTree(entries: readonly TreeEntry[]): Oid {
    const oid = this.sink.writeTree(entries);
    this.trees.set(oid, [...entries]);
    return oid;
  }

  readTree(oid: Oid): TreeEntry[] {
    const entries = this.trees.get(oid);
    return entries === undefined ? this.reader.readTree(oid) : [...entries];
  }
}

interface Observed {
  readonly tree: Oid | null;
  readonly commit: () => Promise<unknown>;
  /** What is to be done where the tree is as it was. */
  readonly otherwise?: () => Promise<unknown>;
}

async function begin(
  repo: ShadowRepo,
  facet: Facet,
  options: RunOptions,
  observe: (transaction: Transaction, trees: RememberedTrees) => Promise<Observed>,
): Promise<NewState> {
  const transaction = new Transaction(repo, branchOf(facet), facet, options);
  try {
    await transaction.lock();
    const trees = new RememberedTrees(transaction, transaction.reader);
    const { tree, commit, otherwise } = await observe(transaction, trees);
    return {
      tree,
      trees,
      commit: async () => {
        if (tree === transaction.base.tree) await otherwise?.();
        else await commit();
      },
      close: () => transaction.close(),
    };
  } catch (error) {
    transaction.close();
    throw error;
  }
}

/** What `stat` would record of the realdir, with all sums made anew. */
export function newStat(repo: ShadowRepo, options: RunOptions): Promise<NewState> {
  return begin(repo, 'stat', options, async (transaction, trees) => {
    const mounts = MountPoints.of(repo, transaction.reader, options);
    const tree = await observeStat({
      ...comparedBy(repo, transaction),
      sink: trees,
      mounts,
      events: new FacetTally(),
      summaries: 'all',
      signal: options.signal,
      beforeWrite: () => undefined,
    });
    // The others look at the same mount points, so they need not be remembered again.
    return { tree, commit: async () => transaction.commit(tree, 'stat', [], [], await mounts.moves(transaction, true)) };
  });
}

/** What `sha` would record of the realdir without reading a file: what is recorded, and what is known. */
export function newSha(repo: ShadowRepo, known: readonly KnownHashes[], options: RunOptions): Promise<NewState> {
  return begin(repo, 'sha', options, async (transaction, trees) => {
    const before = readRef(repo.gitDir, HASHED_REF);
    const { tree, hashed } = await observeSha({
      ...comparedBy(repo, transaction),
      hashed: before,
      sink: trees,
      pool: null,
      known,
      mounts: MountPoints.of(repo, transaction.reader, options),
      events: new FacetTally(),
      budget: { bytes: Number.POSITIVE_INFINITY, deadline: Number.POSITIVE_INFINITY },
      limits: LIMITS_BY_HAND,
      signal: options.signal,
    });
    const moves = hashed === before ? [] : [{ ref: HASHED_REF, expected: before, next: hashed }];
    return {
      tree,
      commit: () => transaction.commit(tree, 'sha', [], moves),
      ...(moves.length > 0 && { otherwise: () => transaction.moveOnly(moves, 'sha') }),
    };
  });
}

/** What `content` would record of the realdir. */
export function newContent(repo: ShadowRepo, options: RunOptions): Promise<NewState> {
  return begin(repo, 'content', options, async (transaction, trees) => {
    const { reader } = transaction;
    const start = startOf(repo, transaction);
    const cursor = DirectoryCursor.open(repo.realdir, repo.bounds);
    if (cursor === null) return { tree: start.tree, commit: async () => undefined };
    try {
      const { gitignore } = readRecordedStub(reader, start.tree);
      const store = {
        ...contentStore(transaction, options.signal),
        writeTree: (entries: readonly TreeEntry[]) => trees.writeTree(entries),
      };
      const yieldTurn = yieldOutside(cursor, options.signal);
      const mounts = MountPoints.of(repo, reader, options);
      const trace = traceBelow('content', repo.realdir);
      const selection = contentSelection(gitignore, trace);
      const tree = await new ContentWalk({
        cursor,
        reader,
        store,
        mounts,
        selection,
        events: new FacetTally(),
        trace,
        yieldTurn,
        limits: LIMITS_BY_HAND,
      }).run(start.tree);
      return { tree, commit: () => transaction.commit(tree, 'content', start.parents) };
    } finally {
      cursor.close();
    }
  });
}
