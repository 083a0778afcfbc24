import type { ByteString } from '../../src/util/byte-string.js';
import { changesBetween, happeningIn, NOGTREE, nogtreeOf, realFile, withoutNogtrees } from './facet-rules.js';
import type { GitOracle } from './git-oracle.js';
import type { RealNode } from './real-tree.js';
import { pathsBelow } from './real-tree.js';
import { directoryOnStat, fileOnStat, toplevelOnStat, treeOnStat } from './record-texts.js';
import type { RecordedFile, RecordedTree } from './recorded-tree.js';
import { ancestorsOf, nameOf } from './recorded-tree.js';
import type { TrackedPath, Tracking } from './tracked-paths.js';
import { repositoryHead, trackedPaths } from './tracked-paths.js';

export interface StatMode {
  readonly mtimeRange?: 'range' | 'only';
  readonly recheck?: boolean;
  readonly summaries?: 'visited' | 'all';
}

export interface ExpectedStat {
  readonly tree: Map<ByteString, RecordedFile>;
  /** What `status` lists, in the order of paths. */
  readonly status: readonly string[];
}

function field(file: RecordedFile | undefined, key: string): string | undefined {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(file?.body.toString('latin1') ?? '')?.[1];
}

/** A tree is summed again if the commit of a submodule or the mtime of a nogbundle differs. */
function isCurrent(recorded: RecordedFile | undefined, { node, head }: TrackedPath): boolean {
  if (recorded?.mode !== '100644' || field(recorded, 'dirs') === undefined) return false;
  if (field(recorded, 'submodule') !== (head === null ? undefined : `"${head}"`)) return false;
  return head !== null || field(recorded, 'mtime') === String(node.mtime);
}

function recordsOf(paths: ReadonlyMap<ByteString, TrackedPath>, recorded: RecordedTree, renewsAll: boolean): Map<ByteString, RecordedFile> {
  const records = new Map<ByteString, RecordedFile>();
  for (const [path, tracked] of paths) {
    const { kind, node, head } = tracked;
    const before = recorded.get(path);
    if (kind === 'symlink') records.set(path, realFile(node.content, '120000'));
    else if (kind === 'file') records.set(path, realFile(fileOnStat(nameOf(path), node)));
    else if (before !== undefined && !renewsAll && isCurrent(before, tracked)) records.set(path, before);
    else records.set(path, realFile(treeOnStat(nameOf(path), node, head)));
  }
  return records;
}

/** True if each directory is looked at anyway: entered, or part of a tree whose record is made anew. */
function isAllVisited(root: RealNode, { paths, entered }: Tracking, recorded: RecordedTree): boolean {
  const isSummed = (path: ByteString): boolean => {
    const tracked = paths.get(path);
    return (tracked?.kind === 'nogbundle' || tracked?.kind === 'submodule') && !isCurrent(recorded.get(path), tracked);
  };
  return [...pathsBelow(root)].every(
    ([path, { kind }]) => kind !== 'directory' || entered.has(path) || [path, ...ancestorsOf(path)].some(isSummed),
  );
}

function toplevelLetter(root: RealNode | null, recorded: RecordedFile | undefined): string[] {
  if (root === null) return recorded === undefined ? [] : ['D .'];
  if (recorded === undefined) return ['? .'];
  return field(recorded, 'mtime') === String(root.mtime) ? [] : ['M .'];
}

/** What `stat` has to record, computed from nothing but the directory and the last record. */
export function expectedStat(
  oracle: GitOracle,
  realdir: string,
  root: RealNode | null,
  recorded: RecordedTree,
  mode: StatMode = {},
): ExpectedStat {
  const top = recorded.get(NOGTREE);
  const letters = toplevelLetter(root, top);
  if (root === null) {
    if (mode.mtimeRange === 'only') return { tree: new Map([...recorded].filter(([path]) => path !== NOGTREE)), status: letters };
    const tree = withoutNogtrees(recorded, new Map());
    const changes = changesBetween(recorded, tree);
    const deleted = [...changes.keys(), ...lostDirectories(recorded, tree, changes)].map((path) => `D ${path}`);
    return { tree, status: sorted([...letters, ...deleted]) };
  }
  const renewsAll = mode.recheck === true || mode.summaries === 'all' || (mode.summaries === 'visited' && letters.length > 0);
  const newTop = realFile(toplevelOnStat(root, repositoryHead(root) ?? null));
  if (mode.mtimeRange === 'only') return { tree: new Map([...recorded, [NOGTREE, newTop]]), status: letters };

  const tracking = trackedPaths(oracle, realdir, root, recorded);
  const tree = withoutNogtrees(recorded, recordsOf(tracking.paths, recorded, renewsAll));
  const changes = changesBetween(recorded, tree);
  for (const [directory, node] of tracking.entered) {
    const { changed, deleted, hasSummaries, isEmpty } = happeningIn(directory, node, changes, tracking);
    const before = recorded.get(nogtreeOf(directory));
    if (hasSummaries || (changed && !(deleted && isEmpty))) {
      tree.set(nogtreeOf(directory), realFile(directoryOnStat(nameOf(directory), node)));
    } else if (!changed && before !== undefined) {
      tree.set(nogtreeOf(directory), before);
    }
  }
  const isWhole = mode.summaries === 'visited' && isAllVisited(root, tracking, recorded);
  tree.set(NOGTREE, top === undefined || letters.length > 0 || mode.mtimeRange !== undefined || renewsAll || isWhole ? newTop : top);

  const isReplaced = (path: ByteString): boolean =>
    ancestorsOf(path).some((above) => ['nogbundle', 'submodule'].includes(tracking.paths.get(above)?.kind ?? ''));
  const status = [...changes].flatMap(([path, change]) => {
    if (change === 'D' && isReplaced(path)) return [];
    const isNewSubmodule = change === '?' && tracking.paths.get(path)?.kind === 'submodule';
    return [`${change} ${path}${isNewSubmodule ? '/' : ''}`];
  });
  const renewed = [...tracking.entered.keys()].filter((directory) => {
    const { changed, hasSummaries } = happeningIn(directory, tracking.entered.get(directory) as RealNode, changes, tracking);
    const [before, now] = [recorded, tree].map((each) => each.get(nogtreeOf(directory))?.body.toString('latin1'));
    return directory !== '' && hasSummaries && !changed && before !== now;
  });
  const lost = lostDirectories(recorded, tree, changes).filter((directory) => !isReplaced(nogtreeOf(directory)));
  return { tree, status: sorted([...letters, ...status, ...renewed.map((path) => `M ${path}`), ...lost.map((path) => `D ${path}`)]) };
}

/** Directories of which nothing but their own record was left, which goes. */
function lostDirectories(recorded: RecordedTree, tree: RecordedTree, changes: ReadonlyMap<ByteString, string>): ByteString[] {
  const parents = new Set([...changes].filter(([, change]) => change === 'D').map(([path]) => parentOf(path)));
  return [...recorded.keys()]
    .filter((path) => path.endsWith(`/${NOGTREE}`) && !tree.has(path))
    .map(parentOf)
    .filter((directory) => !parents.has(directory));
}

function parentOf(path: ByteString): ByteString {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function sorted(lines: readonly string[]): string[] {
  return [...lines].sort();
}
