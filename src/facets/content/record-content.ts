import { hashLargeBlob } from '../../git/blob-stream.js';
import type { Oid } from '../../git/object-id.js';
import { DirectoryCursor } from '../../realdir/directory-cursor.js';
import type { Facet } from '../../shadow/branches.js';
import { branchOf } from '../../shadow/branches.js';
import { retryIfMoved } from '../../shadow/retry.js';
import type { RunOptions } from '../../shadow/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { Transaction } from '../../shadow/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import { FacetTally } from '../facet-result.js';
import { breatherOf } from '../observe/breather.js';
import { remainsOfMissing } from '../observe/missing-subtree.js';
import { readRecordedStub } from '../observe/selection.js';
import { startOf } from '../starting-point.js';
import type { ContentSelection, ContentStore } from './content-walk.js';
import { ContentWalk } from './content-walk.js';

/** What a facet of content decides for itself. */
export interface ContentFacet {
  readonly facet: Extract<Facet, 'content' | 'archive'>;
  /** Refuses the run, by an error, before anything is read. `cursor` is null if the realdir is missing. */
  check?(transaction: Transaction, cursor: DirectoryCursor | null): void;
  /** @param exclude the stub's `.gitignore`, as the branch has it */
  selection(exclude: Buffer | null): ContentSelection;
}

/**
 * Records content of a realdir on the branch of a facet, which starts at the stub if it does not
 * exist. A missing realdir counts as empty.
 * @throws LockedError if another run of the facet takes longer than this one waits
 */
export function recordContentFacet(
  repo: ShadowRepo,
  { facet, check, selection }: ContentFacet,
  options: RunOptions & FacetListener,
): Promise<FacetResult> {
  return retryIfMoved(async () => {
    const tally = new FacetTally(options);
    const transaction = new Transaction(repo, branchOf(facet), facet, options);
    try {
      const cursor = DirectoryCursor.open(repo.realdir);
      check?.(transaction, cursor);
      const start = startOf(repo, transaction);
      const store = storeIn(transaction, options.signal);
      const { reader } = transaction;
      let tree: Oid | null;
      if (cursor === null) {
        tree = await emptied(transaction, start.tree, tally);
      } else {
        try {
          const breathe = breatherOf(cursor, options.signal);
          const { gitignore } = readRecordedStub(reader, start.tree);
          tree = await new ContentWalk({ cursor, reader, store, selection: selection(gitignore), events: tally, breathe }).run(start.tree);
        } finally {
          cursor.close();
        }
      }
      if (tree === transaction.base.tree) return tally.result(null);
      return tally.result(await transaction.commit(tree, facet, start.parents));
    } finally {
      transaction.close();
    }
  });
}

/** What a missing realdir leaves of a tree. */
async function emptied(transaction: Transaction, tree: Oid, tally: FacetTally): Promise<Oid | null> {
  const deleted: ByteString[] = [];
  remainsOfMissing(transaction.reader, tree, '', null, (path) => deleted.push(path));
  if (deleted.length === 0) return tree;
  await transaction.lock();
  return remainsOfMissing(transaction.reader, tree, '', transaction, (path) => tally.onChange('D', path));
}

function storeIn(transaction: Transaction, signal: AbortSignal | undefined): ContentStore {
  return {
    beforeWrite: () => transaction.lock(),
    writeBlob: (body) => transaction.writeBlob(body),
    writeTree: (entries) => transaction.writeTree(entries),
    hashLarge: (blob) => hashLargeBlob(blob, signal),
    writeLarge: (oid, blob) => transaction.writeLargeBlob(oid, blob),
  };
}
