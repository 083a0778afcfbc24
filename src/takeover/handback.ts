import { resolveIdentity } from '../git/commits/identity.js';
import { writeIndexFile } from '../git/index/index-file.js';
import type { StatedEntry } from '../git/index/index-file.js';
import type { Oid } from '../git/objects/object-id.js';
import { hashObject } from '../git/objects/object-id.js';
import { ObjectReader } from '../git/objects/object-reader.js';
import { listRefs, readRef, updateRef } from '../git/refs/refs.js';
import { DirectoryCursor } from '../realdir/walk/directory-cursor.js';
import { fileStatRecord } from '../record/records.js';
import type { Facet } from '../shadow/facets.js';
import { FINDINGS_REF, HIDDEN_REFS, INDEXED_FACETS, MOUNTS_REF, HASHED_REF } from '../shadow/facets.js';
import { giveBack, indexFileOf, originOf } from '../shadow/layout/original.js';
import { whileAlone } from '../shadow/lock/repo-lock.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { FacetResult } from '../facets/facet-result.js';
import { FacetTally } from '../facets/facet-result.js';
import { seedHashed } from '../facets/sha/seed-hashed.js';
import { HashedDirectory } from '../facets/sha/hashed-directory.js';
import { isAsHashed } from '../facets/sha/hashed-look.js';
import type { KnownDirectory } from '../facets/observe/stated-entries.js';
import { countPaths, statedEntries } from '../facets/observe/stated-entries.js';

/** How to hand a shadow repo back. */
export interface HandbackOptions {
  /** Writes the index files although git-fso 0.1.0 has not made the repo. */
  readonly force?: boolean;
}

/** An index file that was written. */
export interface WrittenIndex {
  readonly facet: Facet;
  /** Paths in it. */
  readonly paths: number;
  /** Files that need not be looked into again. */
  readonly known: number;
}

/** What was handed back. */
export interface HandbackResult extends Pick<FacetResult, 'warnings'> {
  /** Empty if git-fso 0.1.0 may work on the repo anyway, since nothing was recorded here. */
  readonly indexes: readonly WrittenIndex[];
}

/** A record of `stat` follows from the status. */
const STAT_RECORDS: KnownDirectory = {
  isCurrent: ({ name, oid }, { size, mtime }) => oid === hashObject('blob', Buffer.from(fileStatRecord(name, size, mtime), 'latin1')),
  subdirectory: () => STAT_RECORDS,
};

/** Content is compared: it is little, and git-fso 0.1.0 does so in each run. */
const NO_RECORDS: KnownDirectory = { isCurrent: () => false, subdirectory: () => NO_RECORDS };

/** A record of `sha` is that of the file that was hashed. */
function shaRecords(reader: ObjectReader, oid: Oid | null): KnownDirectory {
  const hashed = new HashedDirectory(reader, oid);
  return {
    isCurrent: ({ name }, stat) => {
      const look = hashed.files.get(name);
      return look !== undefined && isAsHashed(look, stat);
    },
    subdirectory: (name) => shaRecords(reader, hashed.subtree(name)),
  };
}

/**
 * Hands a shadow repo back to git-fso 0.1.0: writes its index files, so that they agree with the branches
 * and it need not hash again what was hashed here, removes what it does not know, and lets it work.
 *
 * A crash before the last step leaves the repo here, and what was hashed is known from the refs or, if these
 * are gone, from the index of `sha`; the same call goes on.
 *
 * @throws FsoError if git-fso 0.1.0 has not made the repo
 * @throws LockedError if others write for longer than the run waits
 */
export async function handBack(repo: ShadowRepo, options: HandbackOptions & RunOptions): Promise<HandbackResult> {
  return whileAlone(repo, options, async (alone) => {
    const { gitDir, directory } = repo;
    const origin = originOf(gitDir);
    if (origin === 'original' && refsToRemove(gitDir).length === 0) return { indexes: [], warnings: [] };
    if (origin === 'own' && options.force !== true) {
      throw new FsoError(`${textOfBytes(directory)}: git-fso 0.1.0 has not made this shadow repo, so it cannot have it back`, {
        remedy: 'use --force to write the index files that it would need nevertheless',
      });
    }
    const tally = new FacetTally();
    await seedHashed(repo, tally, alone);
    const indexes = INDEXED_FACETS.flatMap((facet) => writeIndex(repo, facet) ?? []);
    const { committer: who } = resolveIdentity(gitDir, options.env, new Date());
    for (const { name, oid } of refsToRemove(gitDir)) {
      updateRef(gitDir, name, { expected: oid, next: null, message: 'git-fso: handback', who });
    }
    giveBack(gitDir);
    return { indexes, warnings: tally.result(null).warnings };
  });
}

/** Where filesystems were mounted, and what `sha` found to be rewritten, is known from nothing else, and in nobody's way. */
function refsToRemove(gitDir: ShadowRepo['gitDir']): ReturnType<typeof listRefs> {
  return listRefs(gitDir, HIDDEN_REFS).filter(({ name }) => name !== MOUNTS_REF && name !== FINDINGS_REF);
}

function recordsOf({ gitDir }: ShadowRepo, facet: Facet, reader: ObjectReader): KnownDirectory {
  if (facet === 'stat') return STAT_RECORDS;
  return facet === 'sha' ? shaRecords(reader, readRef(gitDir, HASHED_REF)) : NO_RECORDS;
}

/** Returns null if the branch does not exist. */
function writeIndex(repo: ShadowRepo, facet: (typeof INDEXED_FACETS)[number]): WrittenIndex | null {
  const commit = repo.head(facet);
  if (commit === null) return null;
  const reader = ObjectReader.open(repo.gitDir);
  const known = recordsOf(repo, facet, reader);
  const cursor = known === NO_RECORDS ? null : DirectoryCursor.open(repo.realdir, repo.bounds);
  try {
    const { tree } = reader.readCommit(commit);
    const counts = { paths: countPaths(reader, tree), known: 0 };
    const entries = function* (): Generator<StatedEntry> {
      for (const entry of statedEntries(reader, tree, cursor, known)) {
        if (entry.status !== null) counts.known += 1;
        yield entry;
      }
    };
    writeIndexFile(indexFileOf(repo.gitDir, facet), counts.paths, entries());
    return { facet, ...counts };
  } finally {
    cursor?.close();
    reader.close();
  }
}
