import { createHash } from 'node:crypto';
import type { IndexEntry } from '../../git/index/index-entry.js';
import type { GitIndex } from '../../git/index/index-reader.js';
import { DamagedIndexError, readIndexFile } from '../../git/index/index-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { hashObject } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { fileShaRecord } from '../../record/records.js';
import { HASHED_REF } from '../../shadow/facets.js';
import { indexFileOf } from '../../shadow/layout/original.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { isTree } from '../observe/diff/directory-edit.js';
import { isReserved } from '../../record/reserved-names.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import { HashedDirectory } from './hashed-directory.js';
import { indexedKey, isSettled } from './hashed-look.js';
import { inTransaction } from '../../shadow/transaction/in-transaction.js';

const SECOND = 1_000_000_000n;
const EMPTY = { sha1: createHash('sha1').digest('hex'), sha256: createHash('sha256').digest('hex') };

/**
 * Has `sha` know what git-fso 0.1.0 has hashed: the index file that it kept says what each file looked
 * like then. Done once, while nothing else is known; an index that cannot be read is a warning, and
 * all files are hashed.
 */
export async function seedHashed(repo: ShadowRepo, events: Pick<ObservationEvents, 'onWarning'>, options: RunOptions): Promise<void> {
  if (readRef(repo.gitDir, HASHED_REF) !== null) return;
  try {
    await inTransaction(repo, 'sha', options, async (transaction) => {
      const { base, reader } = transaction;
      const index = base.tree === null ? null : readIndexFile(indexFileOf(repo.gitDir, 'sha'));
      if (base.tree === null || index === null) return;
      await transaction.lock();
      const next = hashedFromIndex(reader, base.tree, index, transaction);
      if (next !== null) await transaction.moveOnly([{ ref: HASHED_REF, expected: null, next }], 'sha');
    });
  } catch (error) {
    if (!(error instanceof DamagedIndexError)) throw error;
    events.onWarning('', `${error.message}; all files are hashed`);
  }
}

/**
 * The tree for `refs/fso/sha-seen` that an index of `master-sha` stands for; null if it knows nothing of use.
 * @param tree the recorded tree: a file counts only if the index has the same record for it
 */
function hashedFromIndex(reader: ObjectReader, tree: Oid, index: GitIndex, sink: ObjectSink): Oid | null {
  const entries = new OrderedEntries(index);
  const visit = (oid: Oid, prefix: ByteString, depth: number): Oid | null => {
    requireTreeDepth(depth, prefix);
    const files = new Map<ByteString, string>();
    const subtrees: TreeEntry[] = [];
    for (const entry of reader.readTree(oid)) {
      const path = prefix + entry.name;
      if (isTree(entry)) {
        const subtree = visit(entry.oid, `${path}/`, depth + 1);
        if (subtree !== null) subtrees.push({ ...entry, oid: subtree });
      } else if (entry.mode === FileMode.file && !isReserved(entry.name)) {
        const indexed = entries.at(path);
        if (indexed !== null && indexed.oid === entry.oid && isTrusted(indexed, entry.name, index.mtimeNs)) {
          files.set(entry.name, indexedKey(indexed));
        }
      }
    }
    return new HashedDirectory(reader, null).write(sink, files, subtrees);
  };
  const hashed = visit(tree, '', 0);
  entries.finish();
  return hashed;
}

/**
 * False if the file may have changed after it was hashed without a trace, the "racy" entries of Git: it
 * was as new as the index, or Git has set its size to 0 for that reason.
 */
function isTrusted(entry: IndexEntry, name: ByteString, indexNs: bigint): boolean {
  const mtimeNs = BigInt(entry.mtimeSeconds) * SECOND + BigInt(entry.mtimeNanoseconds);
  if (!isSettled(mtimeNs, indexNs)) return false;
  if (entry.size > 0) return true;
  return entry.oid === hashObject('blob', Buffer.from(fileShaRecord(name, 0, EMPTY.sha1, EMPTY.sha256), 'latin1'));
}

/** The entries of an index, asked for in the order of their paths. */
class OrderedEntries {
  private readonly entries: Generator<IndexEntry, void>;
  private next: IndexEntry | undefined;

  constructor(index: GitIndex) {
    this.entries = index.entries();
    this.advance();
  }

  /** The entry of a path; null if there is none, or a merge was left unfinished there. */
  at(path: ByteString): IndexEntry | null {
    while (this.next !== undefined && this.next.path < path) this.advance();
    return this.next?.path === path && this.next.stage === 0 ? this.next : null;
  }

  /** Reads to the end, where it shows whether the index can be understood at all. */
  finish(): void {
    while (this.next !== undefined) this.advance();
  }

  private advance(): void {
    const { done, value } = this.entries.next();
    this.next = done === true ? undefined : value;
  }
}
