import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fsPath } from '../../../src/util/byte-string.js';
import type { FsoResult } from '../../harness/index.js';
import { buildTree, fso, tempDir } from '../../harness/index.js';

const TREE = {
  'small\xff': { file: '12345', mtime: 1_500_000_300 },
  'big/x': { file: 'x'.repeat(3000), mtime: 1_500_000_100 },
  'big/in/y': { file: 'y'.repeat(1000), mtime: 1_500_000_200 },
  'big/in/z': { symlink: 'y' },
  'big/in': { directory: true, mtime: 1_500_000_000 },
  big: { directory: true, mtime: 1_500_000_000 },
} as const;

/** A real directory that was recorded by `stat` and `sha`. */
function recorded(): { readonly realdir: string; run(...args: string[]): FsoResult } {
  const top = tempDir();
  const realdir = buildTree(path.join(top, 'real'), TREE);
  fs.utimesSync(realdir, 1_500_000_000, 1_500_000_000);
  fs.mkdirSync(path.join(top, 'shadow'));
  // Each command in a second of its own: of a commit in the same second nobody can say whether it came before or after.
  let seconds = 1_700_000_000;
  const run = (...args: string[]): FsoResult => {
    seconds += 1;
    const date = `${seconds} +0000`;
    return fso(args, { cwd: path.join(top, 'shadow'), env: { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date } });
  };
  for (const args of [['init', '--observe', realdir], ['stat'], ['sha']]) expect(run(...args)).toMatchObject({ status: 0 });
  return { realdir, run };
}

const lines = ({ stdout }: FsoResult): string[] => stdout.trimEnd().split('\n');
const names = (result: FsoResult): string[] => lines(result).map((line) => line.slice(line.indexOf('\t') + 1).replace(/\t.*/, ''));

test('ls -h has sizes for people, and sums of directories', () => {
  const { run } = recorded();
  const rows = lines(run('ls', '-h')).map((line) => line.replace(/ \S+Z\t| -\s+\t/, '\t').replace(/ +/g, ' '));
  expect(rows).toEqual([
    'd 3.9 KiB\t.', 'd 3.9 KiB\tbig/', 'd 1000 B\tbig/in/',
    'f 1000 B\tbig/in/y', 'l 0 B\tbig/in/z\t -> y', 'f 2.9 KiB\tbig/x', 'f 5 B\tsmall\\xff',
  ]);
  expect(run('ls', '-h', '--json').status).toBe(2);
});

test('ls --help, which has no short form there, tells what -h does', () => {
  const { stdout, status } = recorded().run('ls', '--help');
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('-h, --human-readable') });
});

test.each([
  ['size', ['.', 'big/', 'big/x', 'big/in/', 'big/in/y', 'small\\xff', 'big/in/z']],
  ['mtime', ['small\\xff', 'big/in/y', 'big/x', '.', 'big/', 'big/in/', 'big/in/z']],
  ['path', ['.', 'big/', 'big/in/', 'big/in/y', 'big/in/z', 'big/x', 'small\\xff']],
])('ls --sort %s', (key, expected) => {
  expect(names(recorded().run('ls', '--sort', key))).toEqual(expected);
});

test('ls -z has no sums of directories, as the reference has none', () => {
  const entries = recorded().run('ls', '-z').stdout.split('\0');
  const rows = entries.filter((entry) => /\tbig\/(in\/)?$/.test(entry)).map((entry) => entry.slice(0, 15));
  expect(rows).toEqual(Array(2).fill(`d ${'0'.padStart(13)}`));
});

test('ls --json has the checksums that belong to the state that is listed', () => {
  const { realdir, run } = recorded();
  const sums = (...args: string[]): unknown =>
    Object.fromEntries(lines(run('ls', '--json', ...args)).map((line) => {
      const { path: at, sha1, sha256 } = JSON.parse(line) as Record<string, string | null>;
      return [at, [sha1, sha256]];
    }));
  const of = (text: string): string[] => ['sha1', 'sha256'].map((algorithm) => createHash(algorithm).update(text).digest('hex'));
  const none = [null, null];
  const others = {
    '.': none, big: none, 'big/in': none, 'big/in/z': none, 'big/in/y': of('y'.repeat(1000)), 'big/x': of('x'.repeat(3000)),
  };
  expect(sums()).toEqual({ ...others, 'small\ufffd': of('12345') });
  fs.writeFileSync(fsPath(`${realdir}/small\xff`), '54321');
  expect(run('stat').status).toBe(0);
  expect(sums(), 'the file was edited, and is not hashed yet').toEqual({ ...others, 'small\ufffd': none });
  expect(sums('master-stat~1')).toEqual({ ...others, 'small\ufffd': of('12345') });
  expect(run('sha').status).toBe(0);
  expect(sums()).toEqual({ ...others, 'small\ufffd': of('54321') });
});
