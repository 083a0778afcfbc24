import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { readImmutable } from '../../realdir/attributes/immutable.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { recordContentFacet } from '../content/record-content.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import { isRecordedImmutable, readToplevel } from '../stat/toplevel-stat.js';

/** Files above this size, in bytes, do not go through memory as a whole. */
const MAX_IN_MEMORY = 64 * 1024 * 1024;

/**
 * Records the full content of an archive placeholder on `master-archive`: what is left in a realdir
 * whose data was moved to another place. What the realdir's own `.gitignore` files do not ignore is
 * recorded; the stub's rules have no say. Nogbundles are ordinary directories here, since a summary would not
 * bring any content back; nested repositories are gitlinks, as `git add` makes them; `.git*` and `.nog*` are left out.
 * Of a realdir that is missing an empty tree is recorded. Commits if something changed.
 *
 * @throws FsoError unless the realdir is immutable, and `stat` has recorded it as it is now
 * @throws LockedError if another `archive` runs for longer than the run waits
 */
export function recordArchive(repo: ShadowRepo, options: RunOptions & FacetListener): Promise<FacetResult> {
  return recordContentFacet(
    repo,
    {
      facet: 'archive',
      emptiesAll: true,
      check: (transaction, cursor) => requireImmutable(repo, transaction, cursor),
      selection: () => ({
        newNames: (cursor, _path, onDoubled) => cursor.names(onDoubled),
        exclude: null,
        linksRepos: true,
        limits: { inMemory: MAX_IN_MEMORY, streamsLarger: true },
      }),
    },
    options,
  );
}

/** A realdir that is gone counts as it was recorded. */
function requireImmutable(repo: ShadowRepo, { reader }: Transaction, cursor: DirectoryCursor | null): void {
  const refuse = (what: string, remedy: string): FsoError =>
    new FsoError(`${textOfBytes(repo.realdir)}: ${what}; only immutable directories are archived`, { remedy });
  if (cursor !== null) {
    const { immutable, warning } = readImmutable(cursor.reach('.'));
    if (!immutable) throw refuse(warning ?? 'is not immutable', 'set the attribute with `chattr +i`');
  }
  const head = repo.head('stat');
  const recorded = readToplevel(reader, head === null ? null : reader.readCommit(head).tree);
  if (!isRecordedImmutable(recorded)) throw refuse('is not recorded as immutable', 'run `git-fso stat` first');
  if (cursor !== null && recorded?.get('mtime') !== cursor.rootStat.mtime) {
    throw refuse('was changed since it was recorded', 'run `git-fso stat` first');
  }
}
