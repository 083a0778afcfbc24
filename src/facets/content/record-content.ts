import { hashLargeBlob } from '../../git/objects/blob-stream.js';
import type { Oid } from '../../git/objects/object-id.js';
import { EMPTY_TREE } from '../../git/objects/object-reader.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { Facet } from '../../shadow/facets.js';
import { rememberIdentity } from '../../shadow/layout/realdir-identity.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FacetListener, FacetResult, FacetTally } from '../facet-result.js';
import type { PathTrace } from '../../util/trace.js';
import { traceBelow } from '../../util/trace.js';
import { yieldOutside } from '../observe/yield-outside.js';
import type { LimitOptions } from '../run-limits.js';
import { LIMITS_BY_HAND } from '../run-limits.js';
import { MountPoints } from '../observe/mount-points.js';
import { readRecordedStub } from '../observe/selection.js';
import { startOf } from '../starting-point.js';
import { ContentWalk } from './content-walk.js';
import { commitObserved, recordRun } from '../record-run.js';
import { remainsOfMissing } from '../observe/diff/missing-subtree.js';
import type { ContentSelection, ContentStore } from './context.js';

/** What a facet of content decides for itself. */
export interface ContentFacet {
  readonly facet: Extract<Facet, 'content' | 'archive'>;
  /** Whether a missing realdir leaves an empty tree, without what came from the stub. */
  readonly emptiesAll?: boolean;
  /** Refuses the run, by an error, before anything is read. `cursor` is null if the realdir is missing. */
  check?(transaction: Transaction, cursor: DirectoryCursor | null): void;
  /** @param exclude the stub's `.gitignore`, as the branch has it */
  selection(exclude: Buffer | null, trace: PathTrace | null): ContentSelection;
}

/**
 * Records content of a realdir on the branch of a facet, which starts at the stub if it does not
 * exist. A missing realdir counts as empty.
 * @throws LockedError if another run of the facet takes longer than this one waits
 */
export function recordContentFacet(
  repo: ShadowRepo,
  { facet, emptiesAll, check, selection }: ContentFacet,
  options: RunOptions & LimitOptions & FacetListener,
): Promise<FacetResult> {
  return recordRun(repo, facet, options, async ({ transaction, tally }) => {
    const cursor = DirectoryCursor.open(repo.realdir, repo.bounds);
    try {
      check?.(transaction, cursor);
      const start = startOf(repo, transaction);
      const { reader } = transaction;
      const mounts = MountPoints.of(repo, reader, options);
      let tree: Oid | null;
      if (cursor === null) {
        tree = await emptied(transaction, start.tree, tally, emptiesAll === true);
      } else {
        const store = contentStore(transaction, options.signal);
        const yieldTurn = yieldOutside(cursor, options.signal);
        const { gitignore } = readRecordedStub(reader, start.tree);
        const { limits = LIMITS_BY_HAND } = options;
        const trace = traceBelow(facet, repo.realdir);
        const context = { cursor, reader, store, mounts, selection: selection(gitignore, trace), events: tally, trace, yieldTurn, limits };
        tree = await new ContentWalk(context).run(start.tree);
        cursor.close();
        mounts.report(tally);
      }
      const commit = await commitObserved(transaction, facet, { tree, mounts, mergedFrom: start.parents });
      rememberIdentity(repo);
      return tally.result(commit);
    } finally {
      cursor?.close();
    }
  });
}

/** What a missing realdir leaves of a tree. */
async function emptied(transaction: Transaction, tree: Oid, tally: FacetTally, all: boolean): Promise<Oid | null> {
  const deleted: ByteString[] = [];
  remainsOfMissing(transaction.reader, tree, '', null, (path) => deleted.push(path));
  if (all ? tree === EMPTY_TREE : deleted.length === 0) return tree;
  await transaction.lock();
  const remains = remainsOfMissing(transaction.reader, tree, '', transaction, (path) => tally.onChange('D', path));
  return all ? transaction.writeTree([]) : remains;
}

/** Where a walk for content puts what it finds. */
export function contentStore(transaction: Transaction, signal: AbortSignal | undefined): ContentStore {
  return {
    beforeWrite: () => transaction.lock(),
    writeBlob: (body) => transaction.writeBlob(body),
    writeTree: (entries) => transaction.writeTree(entries),
    hashLarge: (blob) => hashLargeBlob(blob, signal),
    writeLarge: (oid, blob) => transaction.writeLargeBlob(oid, blob),
  };
}
