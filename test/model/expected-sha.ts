import type { ByteString } from '../../src/util/byte-string.js';
import { changesBetween, happeningIn, NOGTREE, nogtreeOf, realFile, withoutNogtrees } from './facet-rules.js';
import type { GitOracle } from './git-oracle.js';
import type { RealNode } from './real-tree.js';
import { fileOnSha, nameOnly, submoduleOnSha, toplevelOnSha } from './record-texts.js';
import type { RecordedFile, RecordedTree } from './recorded-tree.js';
import { ancestorsOf, directoryOf, nameOf } from './recorded-tree.js';
import { repositoryHead, trackedPaths } from './tracked-paths.js';

/** What the files looked like when they were hashed, by path. */
export type SeenFiles = ReadonlyMap<ByteString, string>;

export interface ExpectedSha {
  readonly tree: Map<ByteString, RecordedFile>;
  readonly seen: SeenFiles;
}

/** An mtime this close to now, or later, does not show whether a file has changed since. */
const UNSETTLED_NS = 3_000_000_000n;

function seenKey({ stat }: RealNode): string | null {
  if (stat.mtimeNs > BigInt(Date.now()) * 1_000_000n - UNSETTLED_NS) return null;
  return `${stat.size} ${stat.mtimeNs} ${stat.ino}`;
}

/** The entry of a directory tree at a path, if all above it are directories. */
function nodeAt(root: RealNode, path: ByteString): RealNode | undefined {
  return path.split('/').reduce<RealNode | undefined>((node, name) => node?.children.get(name), root);
}

/** What `sha` has to record, computed from nothing but the directory, the last record and what was hashed. */
export function expectedSha(
  oracle: GitOracle,
  realdir: string,
  root: RealNode | null,
  recorded: RecordedTree,
  seenBefore: SeenFiles,
): ExpectedSha {
  const top = recorded.get(NOGTREE);
  const seen = new Map<ByteString, string>();
  if (root === null) {
    const tree = withoutNogtrees(recorded, new Map());
    if (top !== undefined) tree.set(NOGTREE, top);
    return { tree, seen };
  }
  const tracking = trackedPaths(oracle, realdir, root, recorded);
  const records = new Map<ByteString, RecordedFile>();
  const keptNogtrees = new Map<ByteString, RecordedFile>();
  for (const [path, file] of recorded) {
    const directory = directoryOf(path);
    if (nameOf(path) !== NOGTREE || directory === '') continue;
    if (ancestorsOf(directory).some((above) => tracking.paths.has(above))) continue;
    const node = nodeAt(root, directory);
    if (node !== undefined && node.kind !== 'directory') keptNogtrees.set(path, file);
  }
  for (const [path, { kind, node, head }] of tracking.paths) {
    const name = nameOf(path);
    if (kind === 'nogbundle') records.set(path, realFile(nameOnly(name)));
    else if (kind === 'submodule') records.set(path, realFile(submoduleOnSha(name, head)));
    else if (keptNogtrees.has(nogtreeOf(path))) continue;
    else if (kind === 'symlink') records.set(path, realFile(node.content, '120000'));
    else {
      const key = seenKey(node);
      const before = recorded.get(path);
      const isKnown = key !== null && seenBefore.get(path) === key && before?.mode === '100644';
      records.set(path, isKnown ? before : realFile(fileOnSha(name, node)));
      if (key !== null) seen.set(path, key);
    }
  }
  const tree = withoutNogtrees(recorded, records);
  const changes = changesBetween(recorded, tree);
  for (const [directory, node] of [...tracking.entered, ['', root] as const]) {
    const { changed, hasSummaries } = happeningIn(directory, node, changes, tracking);
    const before = recorded.get(nogtreeOf(directory));
    const record = directory === '' ? toplevelOnSha(repositoryHead(root) ?? null) : nameOnly(nameOf(directory));
    if (changed || hasSummaries) tree.set(nogtreeOf(directory), realFile(record));
    else if (before !== undefined) tree.set(nogtreeOf(directory), before);
  }
  for (const [path, file] of keptNogtrees) tree.set(path, file);
  return { tree, seen };
}
