import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesIn, grown } from '../../src/report/tree/changes.js';
import type { DirectorySums } from '../../src/report/tree/directory-tree.js';
import { directoryTree } from '../../src/report/tree/directory-tree.js';
import type { TreeNode } from '../../src/report/tree/prune.js';
import { pruneTree } from '../../src/report/tree/prune.js';
import { madeDirectories } from './made-facts.js';

const amount = fc.nat({ max: 1000 });
const directories: fc.Arbitrary<DirectorySums[]> = fc.uniqueArray(
  fc.record({
    path: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }).map((names) => `/${names.join('/')}`),
    files: amount, size: amount, before: amount, first: amount, newest: fc.option(amount),
  }),
  { selector: ({ path }) => path },
);

function allNodes(root: TreeNode): TreeNode[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.children);
  return nodes;
}

/** So many a picture may have, unless somebody says otherwise. */
const NODES_MAX = 3000;

const sumOf = (parts: readonly { readonly size: number }[]): number => parts.reduce((sum, { size }) => sum + size, 0);

test('a tree has as much as all its directories together', () => {
  fc.assert(fc.property(directories, (list) => {
    const { files, size, before, first, newest } = directoryTree(list);
    const sum = (key: 'files' | 'size' | 'before' | 'first'): number => list.reduce((all, each) => all + each[key], 0);
    expect({ files, size, before, first }).toEqual({ files: sum('files'), size: sum('size'), before: sum('before'), first: sum('first') });
    const times = list.flatMap((each) => each.newest ?? []);
    expect(newest).toBe(times.length === 0 ? null : Math.max(...times));
  }));
});

test('what is drawn of a directory adds up to it, however few nodes there may be', () => {
  fc.assert(fc.property(directories, fc.integer({ min: 4, max: 40 }), (list, most) => {
    const nodes = allNodes(pruneTree(directoryTree(list), [], most));
    expect(nodes.length).toBeLessThanOrEqual(most);
    for (const node of nodes.filter(({ children }) => children.length > 0)) {
      expect(sumOf(node.children)).toBe(node.size);
    }
  }));
});

test('large files are drawn one by one, and leave the rest of their directory', () => {
  const list = [
    { path: '/a/b', files: 3, size: 100, before: 50, first: 0, newest: 7 },
    { path: '/a/c', files: 1, size: 5, before: 5, first: 0, newest: 1 },
  ];
  const root = pruneTree(directoryTree(list), [{ path: '/a/b/big', size: 90, before: 45, mtime: 7 }]);
  const drawn = allNodes(root).map(({ kind, path, size, before, files }) => [kind, path, size, before, files]);
  expect(drawn).toEqual([
    ['directory', '/a', 105, 55, 4], ['directory', '/a/b', 100, 50, 3], ['directory', '/a/c', 5, 5, 1],
    ['file', '/a/b/big', 90, 45, 1], ['files', '/a/b', 10, 5, 2], ['files', '/a/c', 5, 5, 1],
  ]);
});

test('many directories are drawn with as many nodes as there may be', () => {
  const count = allNodes(pruneTree(directoryTree(madeDirectories(8000)), [])).length;
  expect(count).toBeGreaterThan(NODES_MAX / 2);
  expect(count).toBeLessThanOrEqual(NODES_MAX);
});

test('a very deep tree is drawn', () => {
  const tree = directoryTree([0, 10_000, 20_000].map((depth) => (
    { path: `/${'d/'.repeat(depth)}d`, files: 1, size: 1, before: 0, first: 0, newest: 1 }
  )));
  expect(pruneTree(tree, []).size).toBe(3);
  expect(changesIn(tree).length).toBe(3);
});

test('changes are told once: together they are what the whole has grown by', () => {
  fc.assert(fc.property(directories, (list) => {
    const tree = directoryTree(list);
    const changes = changesIn(tree);
    expect(changes.reduce((sum, change) => sum + grown(change), 0)).toBe(tree.size - tree.before - tree.first);
    const amounts = changes.map((change) => Math.abs(grown(change)));
    expect(amounts).toEqual(amounts.toSorted((one, other) => other - one));
  }));
});

test('what grew in one place is told with that place, not with the directory above', () => {
  const list = ['x/one', 'x/two', 'y/three'].map((path) => ({ path: `/p/${path}`, files: 1, size: 10, before: 10, first: 0, newest: 1 }));
  const changes = changesIn(directoryTree([...list, { path: '/p/x/new', files: 2, size: 500, before: 0, first: 0, newest: 1 }]));
  expect(changes).toEqual([{ path: '/p/x/new', before: 0, after: 500, first: 0 }]);
});
