import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { NOGTREE } from '../../record/records.js';
import { isConfiguration } from '../../shadow/read/tree-files.js';
import type { ByteString } from '../../util/byte-string.js';
import type { Sums } from '../states/checksums.js';
import type { AskedRepo } from '../states/histories.js';
import { isLeftOut } from '../states/listed-entries.js';
import type { EntryKind, EntryStat } from '../states/recorded-entry.js';
import { isAnswered } from '../states/recorded-entry.js';
import type { RecordReader } from '../states/record-reader.js';
import type { RepoHistory, RepoState } from '../states/repo-history.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';
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

/** Records that are read at once. */
const CHUNK = 1024;

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
  for (const chunk of chunksOf(changesOf(history, comparison))) {
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
function* changesOf(history: RepoHistory, { before, after, path = '', nested = [] }: Comparison): Generator<TreeChange> {
  if (path.split('/').some(isConfiguration)) return;
  const { reader } = history;
  const trees = new TreePaths(reader);
  const [one, other] = [before?.stat.tree ?? null, after.stat.tree].map((tree): TreeEntry | null =>
    tree === null || path !== '' ? trees.find(tree, path) : { mode: FileMode.directory, name: '', oid: tree });
  const [file, otherFile] = [one, other].map((entry) => (entry === null || entry?.mode === FileMode.directory ? null : (entry ?? null)));
  if (file?.oid !== otherFile?.oid || file?.mode !== otherFile?.mode) yield { path, before: file ?? null, after: otherFile ?? null };
  const [tree, otherTree] = [one, other].map((entry) => (entry?.mode === FileMode.directory ? entry.oid : null));
  const isWanted = (at: ByteString): boolean => !isLeftOut(at, nested);
  for (const change of treeChanges(reader, tree ?? null, otherTree ?? null, path, isWanted)) {
    if (!isAnswered(change.path, (change.before ?? change.after) as TreeEntry) || !isWanted(change.path)) continue;
    yield change;
  }
}
