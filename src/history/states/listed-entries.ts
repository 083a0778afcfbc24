import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import type { TreeFile } from '../../shadow/read/tree-files.js';
import { findEntry, isConfiguration, recordFiles } from '../../shadow/read/tree-files.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { NOGTREE } from '../../record/records.js';
import type { Sums } from './checksums.js';
import { Checksums } from './checksums.js';
import type { EntryAt } from './record-reader.js';
import { RecordReader } from './record-reader.js';
import type { EntryStat } from './recorded-entry.js';
import { isAnswered } from './recorded-entry.js';
import type { RepoHistory, RepoState } from './repo-history.js';

/** A path that was recorded at a time. */
export interface ListedEntry extends EntryStat {
  /** Relative to the realdir; empty for the sum of all of it. */
  readonly path: ByteString;
  /** Its checksums; null for what is no file, and where none are known, or wanted. */
  readonly sums: Sums | null;
  /** Where a link leads; null for what is none, and if that is not wanted. */
  readonly target: ByteString | null;
}

/** What is wanted of each path, beside what `stat` records. */
export interface Wanted {
  readonly sums?: boolean;
  readonly targets?: boolean;
}

/** Entries that are looked at together: more of them would outlive short collections of garbage. */
const PIECE = 128;

/**
 * What was recorded at and below a path at a time, in Git's order, some at a time: files, links, summaries, and for the whole repo
 * the sum of the realdir (path ''). Nothing if nothing is recorded there.
 * @param path relative to the realdir; empty for all of it
 * @param isWanted asked about each path, earlier than what comes before it is listed; one that is not wanted is left out with all that
 * is below
 * @throws FsoError that names the path, if it can, of what cannot be read
 */
export async function* listEntries(
  history: RepoHistory,
  state: RepoState,
  wanted: Wanted,
  path: ByteString = '',
  isWanted: (path: ByteString) => boolean = () => true,
): AsyncGenerator<readonly ListedEntry[]> {
  const checksums = new Checksums(history);
  const records = new RecordReader(history);
  try {
    let piece: EntryAt[] = [];
    for (const file of entriesAt(history, state, path, isWanted)) {
      piece.push(file);
      if (piece.length < PIECE) continue;
      yield await listed(piece);
      piece = [];
    }
    yield await listed(piece);
  } finally {
    await records.close();
  }

  async function listed(entries: readonly EntryAt[]): Promise<ListedEntry[]> {
    const stats = await records.read(entries);
    const all = entries.map(({ path: at, entry }, index) => ({ path: at, entry, stat: stats[index] as EntryStat }));
    const files = wanted.sums === true ? all.filter(({ stat }) => stat.kind === 'file') : [];
    const sums = await checksums.ofAll(files, state, records);
    const sumsOf = new Map(files.map(({ path: at }, index) => [at, sums[index] ?? null]));
    const targets = await records.bodiesOf(wanted.targets === true ? all.filter(({ stat }) => stat.kind === 'link') : []);
    return all.map(({ path: at, stat }) => ({
      ...stat,
      path: at === NOGTREE ? '' : at,
      sums: sumsOf.get(at) ?? null,
      target: stat.kind === 'link' ? (targets.get(stat.record)?.toString('latin1') ?? null) : null,
    }));
  }
}

/** Like `listEntries`, without what the records say; that of the whole repo has the path of its record. */
export function* entriesAt(
  { reader }: RepoHistory,
  state: RepoState,
  path: ByteString,
  isWanted: (path: ByteString) => boolean,
): Generator<TreeFile> {
  const top: Pick<TreeEntry, 'mode' | 'oid'> | null =
    path === '' ? { mode: FileMode.directory, oid: state.stat.tree }
    : path.split('/').some(isConfiguration) ? null
    : findEntry(reader, state.stat.tree, path);
  if (top === null || (path !== '' && !isWanted(path))) return;
  const files =
    top.mode === FileMode.directory ? recordFiles(reader, top.oid, path, isWanted)
    : [{ path, entry: { ...top, name: path.slice(path.lastIndexOf('/') + 1) } }];
  for (const file of files) {
    if (isAnswered(file.path, file.entry) && (file.path === NOGTREE || isWanted(file.path))) yield file;
  }
}

/** True for a path that one of some other repos answers for. */
export function isLeftOut(path: ByteString, nested: readonly ByteString[]): boolean {
  return nested.some((other) => isAtOrBelow(path, other));
}
