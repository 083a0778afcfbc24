import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import { readRef } from '../../git/refs/refs.js';
import { HASHED_REF } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { inTransaction } from '../../shadow/transaction/in-transaction.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { HashedDirectory } from './hashed-directory.js';

/** What is to be remembered of a file instead. */
export interface LookEdit {
  readonly path: ByteString;
  /** Applies only as long as that is what is remembered; null whatever it is. */
  readonly before: string | null;
  /** Null forgets the file, so that the next `sha` reads it. */
  readonly look: string | null;
}

/**
 * Changes what is remembered of files that were hashed.
 * @throws LockedError if `sha` runs for longer than this waits
 */
export async function editHashed(repo: ShadowRepo, edits: readonly LookEdit[], options: RunOptions): Promise<void> {
  if (edits.length === 0) return;
  await inTransaction(repo, 'sha', options, async (transaction) => {
    await transaction.lock();
    const expected = readRef(repo.gitDir, HASHED_REF);
    const next = editedTree(transaction.reader, transaction, expected, edits);
    if (next !== expected) await transaction.moveOnly([{ ref: HASHED_REF, expected, next }], 'verify');
  });
}

/** The tree that says what was hashed, with edits. */
export function editedTree(
  reader: ObjectReader,
  sink: ObjectSink,
  tree: Oid | null,
  edits: readonly LookEdit[],
  depth = 0,
): Oid | null {
  requireTreeDepth(depth, edits[0]?.path ?? '');
  const hashed = new HashedDirectory(reader, tree);
  const files = new Map(hashed.files);
  const below = new Map<ByteString, LookEdit[]>();
  for (const { path, before, look } of edits) {
    const slash = path.indexOf('/');
    if (slash >= 0) {
      const name = path.slice(0, slash);
      const edit = { path: path.slice(slash + 1), before, look };
      const others = below.get(name);
      if (others === undefined) below.set(name, [edit]);
      else others.push(edit);
    } else if (before === null || files.get(path) === before) {
      if (look === null) files.delete(path);
      else files.set(path, look);
    }
  }
  const subtrees = hashed.subtrees.filter(({ name }) => !below.has(name));
  for (const [name, inside] of below) {
    const oid = editedTree(reader, sink, hashed.subtree(name), inside, depth + 1);
    if (oid !== null) subtrees.push({ name, mode: FileMode.directory, oid });
  }
  return hashed.write(sink, files, subtrees);
}
