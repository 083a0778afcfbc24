import { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { HashPool } from '../../realdir/hash/hash-pool.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { IntegrityFinding } from '../../record/finding.js';
import { fileShaRecord } from '../../record/records.js';
import { HASHED_REF } from '../../shadow/facets.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { inTransaction } from '../../shadow/transaction/in-transaction.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { editFiles } from '../meta/metadata-tree.js';
import type { LookEdit } from '../sha/hashed-edit.js';
import { editedTree } from '../sha/hashed-edit.js';
import { hashedLook, isSettled } from '../sha/hashed-look.js';
import { withFile } from './reading/at-path.js';
import { commitVerify } from './commit-verify.js';
import { isAtAny, readVerifyState } from './verify-state.js';

/** Findings that stand at or below some paths. @param paths relative to the realdir, '' for all of it */
export function findingsAt(repo: ShadowRepo, paths: readonly ByteString[]): ReadonlyMap<ByteString, IntegrityFinding> {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    return new Map([...readVerifyState(repo, reader).findings].filter(([path]) => isAtAny(path, paths)));
  } finally {
    reader.close();
  }
}

/**
 * Takes what files with findings hold now for right: their checksums are recorded, and the findings go. What is not recorded any more
 * has its finding removed, no more.
 * @returns the paths of the findings that went
 * @throws FsoError if a file changes while it is read, or cannot be read; LockedError if others record for longer than this waits
 */
export async function acceptFindings(repo: ShadowRepo, paths: readonly ByteString[], options: RunOptions): Promise<readonly ByteString[]> {
  const accepted = [...findingsAt(repo, paths).keys()];
  if (accepted.length === 0) return [];
  const pool = new HashPool({ workers: 0, ...(options.signal && { signal: options.signal }) });
  try {
    // The checksums first: a finding that is left over can be accepted again.
    await inTransaction(repo, 'sha', options, (transaction) => recordSums(repo, transaction, pool, accepted));
  } finally {
    await pool.close();
  }
  await commitVerify(repo, { found: new Map(), solved: accepted, ranges: [], position: null, continues: false }, options);
  return accepted;
}

async function recordSums(repo: ShadowRepo, transaction: Transaction, pool: HashPool, paths: readonly ByteString[]): Promise<void> {
  const { reader, base } = transaction;
  const cursor = DirectoryCursor.open(repo.realdir, repo.bounds);
  if (cursor === null || base.tree === null) return;
  await transaction.lock();
  const records = new Map<ByteString, Buffer>();
  const looks: LookEdit[] = [];
  const recorded = new TreePaths(reader);
  try {
    for (const path of paths) {
      if (recorded.find(base.tree, path)?.mode !== FileMode.file) continue;
      const startNs = BigInt(Date.now()) * 1_000_000n;
      const reading = withFile(cursor, path, (name, stat) => {
        if (stat.kind !== 'file') return null;
        return { stat, result: pool.hash({ path: cursor.reach(name), expected: stat, place: path }) };
      });
      cursor.suspend();
      if (reading === null) continue;
      const { stat } = reading;
      const result = await reading.result;
      if (!result.stable) {
        const place = textOfBytes(joinPath(repo.realdir, path));
        throw new FsoError(`${place}: changed while it was read`, { remedy: 'repeat this when nobody writes it' });
      }
      records.set(path, Buffer.from(fileShaRecord(baseOf(path), stat.size, result.sha1, result.sha256), 'latin1'));
      looks.push({ path, before: null, look: isSettled(stat.mtimeNs, startNs) ? hashedLook(stat, startNs) : null });
    }
    const before = readRef(repo.gitDir, HASHED_REF);
    const hashed = editedTree(reader, transaction, before, looks);
    const followers = hashed === before ? [] : [{ ref: HASHED_REF, expected: before, next: hashed }];
    const tree = editFiles(transaction, base.tree, records);
    if (tree !== base.tree) await transaction.commit(tree, 'sha', [], followers);
    else if (followers.length > 0) await transaction.moveOnly(followers, 'sha');
  } finally {
    cursor.close();
  }
}
