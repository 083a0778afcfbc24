import { createHash } from 'node:crypto';
import type { IndexEntry } from '../git/index-entry.js';
import type { GitIndex } from '../git/index-reader.js';
import { readIndexFile } from '../git/index-reader.js';
import type { Oid } from '../git/object-id.js';
import { hashObject } from '../git/object-id.js';
import type { ObjectReader } from '../git/object-reader.js';
import { readRef } from '../git/refs.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import { fileShaRecord } from '../record/records.js';
import { branchOf, SEEN_REF } from '../shadow/branches.js';
import { indexFileOf } from '../shadow/original.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { Transaction } from '../shadow/transaction.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { ObservationEvents } from './observe/context.js';
import type { ObjectSink } from './observe/directory-edit.js';
import { isTree } from './observe/directory-edit.js';
import { isReserved } from './observe/reserved-names.js';
import { indexedKey, isSettled, SeenDirectory } from './sha-seen.js';

const SECOND = 1_000_000_000n;
const EMPTY = { sha1: createHash('sha1').digest('hex'), sha256: createHash('sha256').digest('hex') };

/**
 * Has `sha` know what git-fso 0.1.0 has hashed: the index file that it kept says what each file looked
 * like then. Done once, while nothing else is known; an index that cannot be read is a warning, and
 * all files are hashed.
 */
export async function seedSeen(repo: ShadowRepo, events: ObservationEvents, options: RunOptions): Promise<void> {
  if (readRef(repo.gitDir, SEEN_REF) !== null) return;
  const transaction = new Transaction(repo, branchOf('sha'), 'sha', options);
  try {
    const { base, reader } = transaction;
    const index = base.tree === null ? null : readIndexFile(indexFileOf(repo.gitDir, 'sha'));
    if (base.tree === null || index === null) return;
    await transaction.lock();
    const next = seenFromIndex(reader, base.tree, index, transaction);
    if (next !== null) await transaction.moveOnly([{ ref: SEEN_REF, expected: null, next }], 'sha');
  } catch (error) {
    // Errors with a way out are about locks, refs and the disk.
    if (!(error instanceof FsoError) || error.exitStatus !== 1 || error.remedy !== undefined) throw error;
    events.onWarning('', `${error.message}; all files are hashed`);
  } finally {
    transaction.close();
  }
}
