import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { TreeSpec } from './index.js';
import { buildTree, fso, fsoAsync, git, gitBuffer, readBranchTree, tempDir } from './index.js';

test('buildTree makes every kind of entry, with modes and times that stay', () => {
  const spec: TreeSpec = {
    'd/file': { file: 'text', mode: 0o640, mtime: 1_500_000_000 },
    'd/\xff': 'bytes',
    'd/link': { symlink: 'file', mtime: 1_500_000_001 },
    'd/again': { hardlink: 'd/file' },
    'd/pipe': { fifo: true },
    big: { sparse: 5e9 },
    empty: null,
    d: { directory: true, mode: 0o750, mtime: 1_500_000_002 },
  };
  const root = buildTree(path.join(tempDir(), 'tree'), spec);
  const status = (name: string): fs.Stats => fs.lstatSync(path.join(root, name));
  expect(fs.readdirSync(path.join(root, 'd'), 'latin1').sort()).toEqual(['again', 'file', 'link', 'pipe', '\xff']);
  expect([status('d/file').mode & 0o777, status('d/file').mtimeMs, status('d/file').nlink]).toEqual([0o640, 1.5e12, 2]);
  expect([status('d/link').isSymbolicLink(), status('d/link').mtimeMs]).toEqual([true, 1.5e12 + 1000]);
  expect([status('d').mode & 0o777, status('d').mtimeMs]).toEqual([0o750, 1.5e12 + 2000]);
  expect([status('d/pipe').isFIFO(), status('big').size, status('empty').isDirectory()]).toEqual([true, 5e9, true]);
});

test('readBranchTree reads paths as bytes and blobs as text', () => {
  const dir = tempDir();
  git(['init', '-q', '-b', 'master-stat'], dir);
  const blob = git(['hash-object', '-w', '--stdin'], dir, { input: 'é\n' });
  const listing = Buffer.concat([Buffer.from(`100644 blob ${blob}\t`), Buffer.from('a\nb\xff\0', 'latin1')]);
  const subtree = git(['mktree', '-z'], dir, { input: listing });
  const tree = git(['mktree'], dir, { input: `040000 tree ${subtree}\tsub\n` });
  git(['update-ref', 'refs/heads/master-stat', git(['commit-tree', '-m', 'x', tree], dir)], dir);
  expect([...readBranchTree(dir, 'master-stat')]).toEqual([['sub/a\nb\xff', { mode: '100644', oid: blob, text: 'é\n' }]]);
  expect(() => gitBuffer(['rev-parse', '--verify', 'nowhere'], dir)).toThrow(/exited with 128/);
});

test('the CLI can be run, waiting for it or not', async () => {
  const dir = tempDir();
  const waited = fso(['--version'], { cwd: dir });
  expect(waited).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^git-fso \d+\.\d+\.\d+\n$/) });
  const { status, stdout } = await fsoAsync(['--version'], { cwd: dir });
  expect([status, stdout.toString()]).toEqual([0, waited.stdout]);
});
