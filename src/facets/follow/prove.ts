import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { parseRecord } from '../../record/parse.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { findEntry } from '../../shadow/read/tree-files.js';
import { editsIn, Losses, treesOf } from './losses.js';
import type { NewState } from './new-state.js';

/** What another repo records of the same realdir now. */
export interface NewStates {
  readonly stat: NewState;
  readonly sha: NewState;
  readonly content: NewState;
}

/**
 * What a shadow repo has, in any commit, that another one does not get, in words; empty if that is nothing. When
 * something was recorded does not count, nor do sums over what is recorded file by file.
 * @param changed paths that look different from when the repo hashed them
 */
export async function lossesOf(
  repo: ShadowRepo,
  reader: ObjectReader,
  { stat, sha, content }: NewStates,
  changed: readonly ByteString[],
): Promise<readonly string[]> {
  const found = new Set(await editsIn(repo, reader));
  const add = (what: string, path: ByteString): void => void found.add(`${what} of ${textOfBytes(path)}`);
  const stats = await treesOf(repo, 'stat');
  const statLosses = new Losses(reader, stat.trees);
  for (const tree of stats) for (const path of statLosses.between(tree, stat.tree)) add('the state', path);

  // What is not known to be hashed will be, as long as it is the same file.
  const head = stats[0] ?? null;
  const size = (entry: TreeEntry | null): unknown =>
    entry?.mode === FileMode.file ? parseRecord(reader.readBlob(entry.oid))?.get('size') : undefined;
  const willBeHashed = (path: ByteString, mine: TreeEntry, other: TreeEntry | undefined): boolean => {
    if (other !== undefined || head === null || stat.tree === null) return false;
    const recorded = findEntry(reader, head, path);
    const isThere = recorded !== null && recorded.oid === findEntry(stat.trees, stat.tree, path)?.oid;
    return isThere && size(recorded) !== undefined && size(recorded) === size(mine);
  };
  const shas = await treesOf(repo, 'sha');
  const shaLosses = new Losses(reader, sha.trees, willBeHashed);
  if (shas[0] !== undefined) for (const path of shaLosses.between(shas[0], sha.tree)) add('the checksum', path);
  const olderLosses = new Losses(reader, reader);
  for (const tree of shas.slice(1)) for (const path of olderLosses.between(tree, shas[0]!)) add('an earlier checksum', path);
  for (const path of changed) add('the checksum', path);

  const contentLosses = new Losses(reader, content.trees);
  for (const tree of await treesOf(repo, 'content')) for (const path of contentLosses.between(tree, content.tree)) add('the content', path);
  return [...found];
}
