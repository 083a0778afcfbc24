import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { NOGTREE } from '../../record/records.js';
import { isConfiguration } from '../../shadow/read/tree-files.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Sums } from '../states/checksums.js';
import type { AskedRepo } from '../states/histories.js';
import { isLeftOut } from '../states/listed-entries.js';
import type { EntryKind, EntryStat } from '../states/recorded-entry.js';
import { isAnswered } from '../states/recorded-entry.js';
import type { RecordReader } from '../states/record-reader.js';
import type { RepoHistory, RepoState } from '../states/repo-history.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';
import { gitTreeChanges } from './git-tree-changes.js';
import type { TreeChange } from './tree-changes.js';
import { treeChanges } from './tree-changes.js';

/** How one path of a repo differs between two times. */
export interface Difference {
  readonly change: 'added' | 'modified' | 'deleted';
  /** What it is now; of what was deleted, what it was. */
  readonly kind: EntryKind;
  /** Relative to the realdir; empty for the sum of all of it. */
  readonly path: ByteString;
  readonly before: EntryStat | null;
  readonly after: EntryStat | null;
  /** It was in the first record of the repo: newly observed, which does not mean newly created. */
  readonly first: boolean;
  /** Its checksums then; null where none are known. What they cost is only paid by who asks. */
  sumsBefore(): Sums | null;
  sumsAfter(): Sums | null;
}

/** What is to be compared. */
export interface Comparison {
  /** Null if records begin later; then all that is recorded `after` is added. */
  readonly before: RepoState | null;
  readonly after: RepoState;
  /** Only at and below this path, relative to the realdir; empty for all of it. */
  readonly path?: ByteString;
  /** Realdirs of other repos, relative to this one, that are left out. */
  readonly nested?: readonly ByteString[];
}

/** Changes that are looked at together, so that their records are read at once. */
const CHUNK = 1024;

/** Where no more directories differ, to compare them oneself takes less time than to start Git. */
const OWN_MAX = 150;
/** So many changes are kept in memory until it is known how many directories differ. */
const FEW_MAX = 20_000;

/**
 * What differs between two times in one repo: files, links, summaries; in Git's order, one at a time. It costs what differs.
 * @param records of the repo, which the caller closes
 * @throws FsoError, which names the path if it can, for what cannot be read
 */
export async function* differencesOf(
  { history, checksums }: AskedRepo,
  comparison: Comparison,
  records: RecordReader,
): AsyncGenerator<Difference> {
  const { before, after } = comparison;
  const firstPaths = new TreePaths(history.reader);
  for await (const chunk of changesOf(history, comparison)) {
    const sides = chunk.flatMap(({ path, before: one, after: other }) =>
      [one, other].flatMap((entry) => (entry === null ? [] : { path, entry })));
    const stats = await records.read(sides);
    let next = 0;
    for (const { path, before: one, after: other } of chunk) {
      const was = one === null ? null : (stats[next++] as EntryStat);
      const is = other === null ? null : (stats[next++] as EntryStat);
      const sumsIn = (stat: EntryStat | null, state: RepoState | null): Sums | null =>
        stat?.kind === 'file' && state !== null ? checksums.of(path, state) : null;
      yield {
        change: one === null ? 'added' : other === null ? 'deleted' : 'modified',
        kind: ((is ?? was) as EntryStat).kind,
        path: path === NOGTREE ? '' : path,
        before: was,
        after: is,
        first: before === null && firstPaths.find(history.firstTree, path) !== null,
        sumsBefore: () => sumsIn(was, before),
        sumsAfter: () => sumsIn(is, after),
      };
    }
  }
}

function* chunksOf(changes: Iterable<TreeChange>): Generator<readonly TreeChange[]> {
  let chunk: TreeChange[] = [];
  for (const change of changes) {
    chunk.push(change);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Changes of what answers are about. */
async function* changesOf(history: RepoHistory, comparison: Comparison): AsyncGenerator<readonly TreeChange[]> {
  const { before, after, path = '', nested = [] } = comparison;
  if (path.split('/').some(isConfiguration)) return;
  const trees = new TreePaths(history.reader);
  const [one, other] = [before?.stat.tree ?? null, after.stat.tree].map((tree): TreeEntry | null =>
    tree === null || path !== '' ? trees.find(tree, path) : { mode: FileMode.directory, name: '', oid: tree });
  const [file, otherFile] = [one, other].map((entry) => (entry === null || entry?.mode === FileMode.directory ? null : (entry ?? null)));
  if (file?.oid !== otherFile?.oid || file?.mode !== otherFile?.mode) yield [{ path, before: file ?? null, after: otherFile ?? null }];
  const [tree, otherTree] = [one, other].map((entry) => (entry?.mode === FileMode.directory ? entry.oid : null));
  const isWanted = (at: ByteString): boolean => !isLeftOut(at, nested);
  for await (const chunk of changesBelow(history, [tree ?? null, otherTree ?? null], path, isWanted)) {
    yield chunk.filter((change) => isAnswered(change.path, (change.before ?? change.after) as TreeEntry) && isWanted(change.path));
  }
}

/** What differs in two trees: few directories are compared here, many by Git. */
async function* changesBelow(
  { repo, reader }: RepoHistory,
  [one, other]: readonly [Oid | null, Oid | null],
  path: ByteString,
  isWanted: (path: ByteString) => boolean,
): AsyncGenerator<readonly TreeChange[]> {
  let directories = 0;
  const isCounted = (directory: ByteString): boolean => {
    directories += 1;
    return isWanted(directory);
  };
  const few: TreeChange[] = [];
  for (const change of treeChanges(reader, one, other, path, isCounted)) {
    few.push(change);
    if (directories > OWN_MAX || few.length >= FEW_MAX) break;
  }
  if (directories <= OWN_MAX && few.length < FEW_MAX) {
    yield* chunksOf(few);
    return;
  }
  let hasBegun = false;
  try {
    for await (const chunk of gitTreeChanges(repo.gitDir, one, other, path, isWanted)) {
      hasBegun = true;
      yield chunk;
    }
    return;
  } catch (error) {
    if (!(error instanceof FsoError) || hasBegun) throw error;
  }
  // What Git cannot tell, for whatever reason, is found out here, or is an error that names the file.
  yield* chunksOf(treeChanges(reader, one, other, path, isWanted));
}
