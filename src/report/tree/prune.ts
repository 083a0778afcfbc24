import { Heap } from '../../util/process/heap.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, joinPath } from '../../util/byte-string.js';
import type { FileFact } from '../facts.js';
import type { TreeDirectory } from './directory-tree.js';
import { newer } from './directory-tree.js';

/** What a node of the picture stands for: `files` directly in a directory together, `rest` for what is too small or too much. */
export type NodeKind = 'directory' | 'file' | 'files' | 'rest';

/** A node of the picture. Sizes are bytes, times seconds since 1970. */
export interface TreeNode {
  readonly kind: NodeKind;
  /** Relative to the node above it; of files together and of the rest, empty. */
  readonly name: ByteString;
  /** Real path; of files together and of the rest, of the directory that they are in. */
  readonly path: ByteString;
  readonly files: number;
  readonly size: number;
  /** Bytes at the begin of the period. */
  readonly before: number;
  readonly newest: number | null;
  children: TreeNode[];
}

/** A picture has no more nodes than this. */
const NODES_MAX = 3000;
/** What is smaller than this share of all nobody sees. */
const SMALLEST_SHARE = 1 / 100_000;
/** A directory is not drawn with more children than this: the others are too small to tell apart. */
const CHILDREN_MAX = 250;

/**
 * What of a tree is drawn: the largest directories are opened first, until there are enough nodes; each level of a directory adds up to it.
 * @param biggest files that may be drawn one by one
 */
export function pruneTree(top: TreeDirectory, biggest: readonly FileFact[], most = NODES_MAX): TreeNode {
  const filesOf = byDirectory(biggest);
  const nodeOf = (directory: TreeDirectory, path: ByteString): TreeNode => {
    const { name, files, size, before, newest } = directory;
    return { kind: 'directory', name, path, files, size, before, newest, children: [] };
  };
  const root = nodeOf(top, top.name);
  const closed = new Heap<{ readonly node: TreeNode; readonly directory: TreeDirectory }>();
  closed.push(-root.size, { node: root, directory: top });
  let count = 1;
  for (let next = closed.pop(); next !== undefined; next = closed.pop()) {
    const { node, directory } = next;
    if (node.size < root.size * SMALLEST_SHARE) break;
    const children = [...directory.children.values()];
    const inside = children.map((child) => ({ node: nodeOf(child, joinPath(node.path, child.name)), directory: child }));
    const files = (filesOf.get(node.path) ?? []).map((file) => ({ node: nodeOfFile(file, node.path), directory: null }));
    const candidates = [...inside, ...files].filter(({ node: { size } }) => size > 0).sort((one, other) => other.node.size - one.node.size);
    const room = Math.min(CHILDREN_MAX, most - count - 2);
    if (room < Math.min(candidates.length, 2)) continue;
    const shown = candidates.slice(0, room);
    for (const each of shown) if (each.directory !== null) closed.push(-each.node.size, { node: each.node, directory: each.directory });
    node.children = [...shown.map((each) => each.node), ...leftIn(node, directory, shown.map((each) => each.node))];
    count += node.children.length;
  }
  return root;
}

function byDirectory(files: readonly FileFact[]): ReadonlyMap<ByteString, readonly FileFact[]> {
  const groups = new Map<ByteString, FileFact[]>();
  for (const file of files) {
    const directory = directoryOf(file.path);
    const group = groups.get(directory);
    if (group === undefined) groups.set(directory, [file]);
    else group.push(file);
  }
  return groups;
}

function nodeOfFile({ path, size, before, mtime }: FileFact, directory: ByteString): TreeNode {
  const name = path.slice(directory === '/' ? 1 : directory.length + 1);
  return { kind: 'file', name, path, files: 1, size, before, newest: mtime, children: [] };
}

/** What a directory has beside the nodes that are drawn: files of its own, and directories that are left out. */
function leftIn(node: TreeNode, { own, children }: TreeDirectory, shown: readonly TreeNode[]): TreeNode[] {
  const names = new Set(shown.filter(({ kind }) => kind === 'directory').map(({ name }) => name));
  const single = shown.filter(({ kind }) => kind === 'file');
  const files: TreeNode = {
    kind: 'files', name: '', path: node.path, children: [], newest: own.newest,
    files: own.files - single.length,
    size: own.size - single.reduce((sum, { size }) => sum + size, 0),
    before: own.before - single.reduce((sum, { before }) => sum + before, 0),
  };
  const left = [...children.values()].filter(({ name }) => !names.has(name));
  const rest: TreeNode = {
    kind: 'rest', name: '', path: node.path, children: [],
    files: left.reduce((sum, child) => sum + child.files, 0),
    size: left.reduce((sum, child) => sum + child.size, 0),
    before: left.reduce((sum, child) => sum + child.before, 0),
    newest: left.reduce<number | null>((latest, child) => newer(latest, child.newest), null),
  };
  return [files, rest].filter(({ size }) => size > 0);
}
