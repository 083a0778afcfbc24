import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { isTreeRecord, parseRecord } from '../../record/parse.js';
import { NOGTREE } from '../../record/records.js';
import { findEntry, recordFiles } from '../../shadow/read/tree-files.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf } from '../../util/byte-string.js';
import { entryStat, isAnswered } from '../states/recorded-entry.js';
import { treeChanges } from './tree-changes.js';

/** How many regular files changed from one record of a realdir to another. */
export interface FileChanges {
  /** Those in bundles and nested repositories, and those that are only in the sum of the realdir, count as far as sums tell. */
  readonly deleted: number;
  /** Those that are recorded one by one. */
  readonly modified: number;
}

/** How many regular files an entry stands for: of a summary, as many as it says. */
function filesOf(reader: ObjectReader, path: ByteString, entry: TreeEntry | null): number {
  return entry === null ? 0 : Number(entryStat(reader, path, entry).files);
}

/**
 * Counts what changed between two trees of `master-stat` or `master-sha`; it costs what changed. A file that was moved within the
 * realdir, and one that a summary now stands for, is not deleted.
 * @throws FsoError that names the path of what cannot be read; the reason of the signal of `yieldTurn`
 */
export async function countFileChanges(reader: ObjectReader, before: Oid, after: Oid, yieldTurn: YieldTurn): Promise<FileChanges> {
  let [deleted, modified, fewer, isAdded] = [0, 0, 0, false];
  for (const { path, before: was, after: is } of treeChanges(reader, before, after)) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    if (!isAnswered(path, (is ?? was) as TreeEntry)) continue;
    if (path === NOGTREE) {
      fewer = filesOf(reader, path, was) - filesOf(reader, path, is);
    } else if (was === null) {
      isAdded = true;
    } else if (is === null) {
      deleted += filesOf(reader, path, was);
    } else if (was.mode === FileMode.file && entryStat(reader, path, was).kind === 'file') {
      modified += 1;
    } else {
      deleted += Math.max(0, filesOf(reader, path, was) - filesOf(reader, path, is));
    }
  }
  if (deleted > 0 && isAdded) deleted -= await countElsewhere(reader, before, after, yieldTurn);
  return { deleted: Math.max(deleted, fewer, 0), modified };
}

/**
 * How many files are gone that are recorded elsewhere now: with the same record (name, size and mtime, or checksums) at another path,
 * or in a summary that has come in the place of their directory.
 */
async function countElsewhere(reader: ObjectReader, before: Oid, after: Oid, yieldTurn: YieldTurn): Promise<number> {
  const gone = new Map<Oid, number>();
  const directories = new Set<ByteString>();
  for (const { path, before: was, after: is } of treeChanges(reader, before, after)) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    if (was === null || is !== null || was.name === NOGTREE) continue;
    gone.set(was.oid, (gone.get(was.oid) ?? 0) + 1);
    for (let at = directoryOf(path); at !== '.' && at !== '' && !directories.has(at); at = directoryOf(at)) directories.add(at);
  }
  let elsewhere = 0;
  for (const { path, before: was, after: is } of treeChanges(reader, before, after)) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    if (was !== null || is === null) continue;
    if (directories.has(path)) elsewhere += summedUp(reader, before, path, is);
    const count = gone.get(is.oid) ?? 0;
    if (count === 0) continue;
    gone.set(is.oid, count - 1);
    elsewhere += filesOf(reader, path, is);
  }
  return elsewhere;
}

/** How many files of a directory that was recorded one by one are in the summary that has come in its place. */
function summedUp(reader: ObjectReader, before: Oid, path: ByteString, is: TreeEntry): number {
  const was = findEntry(reader, before, path);
  const fields = is.mode === FileMode.file ? parseRecord(reader.readBlob(is.oid)) : null;
  if (was?.mode !== FileMode.directory || fields === null || !isTreeRecord(fields)) return 0;
  // On `master-sha` a summary does not say how many.
  const most = fields.has('dirs') ? filesOf(reader, path, is) : Number.POSITIVE_INFINITY;
  let files = 0;
  for (const { path: at, entry } of recordFiles(reader, was.oid, path)) if (entry.name !== NOGTREE) files += filesOf(reader, at, entry);
  return Math.min(files, most);
}

/**
 * How many regular files there are in a realdir: as its sum says, else those that are recorded one by one.
 * @param tree of `master-stat` or `master-sha`
 * @param most of the latter, no more are counted
 */
export function filesIn(reader: ObjectReader, tree: Oid, most: number): number {
  const top = reader.readTree(tree).find(({ name }) => name === NOGTREE) ?? null;
  const summed = filesOf(reader, NOGTREE, top);
  if (summed > 0) return summed;
  let files = 0;
  for (const { entry } of recordFiles(reader, tree)) {
    if (files >= most) break;
    if (entry.mode === FileMode.file && entry.name !== NOGTREE) files += 1;
  }
  return files;
}
