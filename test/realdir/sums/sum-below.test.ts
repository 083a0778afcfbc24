import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { Latency } from '../../../src/realdir/stat/latency.js';
import { CHUNK } from '../../../src/realdir/ahead/read-ahead.js';
import { sumBelow } from '../../../src/realdir/sums/sum-below.js';
import { TreeSummary } from '../../../src/realdir/sums/tree-summary.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { asNobody, buildTree, tempDir } from '../../harness/index.js';
import type { TreeSpec } from '../../harness/index.js';

let dir: string;
beforeEach(() => {
  dir = tempDir();
});

/** Sums over a directory, reached from its parent as in an observation. */
async function sum(onProblem: (at: string, error: unknown) => void = () => undefined): Promise<Record<string, unknown>> {
  const parent = bytesOfText(path.dirname(dir));
  const name = bytesOfText(path.basename(dir));
  const cursor = DirectoryCursor.open(parent, BY_HAND);
  const stat = cursor?.lstat(name);
  if (cursor === null || !stat) throw new Error('there is no directory to sum up');
  const summary = new TreeSummary();
  const hooks = { yieldTurn: () => undefined, onProblem, onVisited: () => undefined };
  await sumBelow(cursor, name, stat, [summary], hooks);
  cursor.suspend();
  const { dirs, files, links, others, size, mtimeMin, mtimeMax, complete } = summary;
  return { mtime: stat.mtime, dirs, files, links, others, size, mtimeMin, mtimeMax, complete };
}

interface Found {
  readonly type: string;
  readonly size: bigint;
  readonly mtime: number;
  readonly inode: string;
}

/** The same sums from the output of find(1). */
function askFind(): Record<string, unknown> {
  const output = execFileSync('find', [dir, '-printf', '%y\\t%s\\t%T@\\t%i\\0']).toString();
  const found = output.split('\0').slice(0, -1).map((record): Found => {
    const [type = '', size = '', time = '', inode = ''] = record.split('\t');
    // find prints seconds that are rounded down, and then the fraction, also before 1970.
    return { type, size: BigInt(size), mtime: Number(/^-?\d+/.exec(time)?.[0]), inode };
  });
  const count = (types: string) => found.filter(({ type }) => types.includes(type)).length;
  const inodes = new Map(found.filter(({ type }) => type === 'f').map(({ inode, size }) => [inode, size]));
  const times = found.map(({ mtime }) => mtime);
  return {
    mtime: found[0]?.mtime,
    dirs: count('d'),
    files: count('f'),
    links: count('l'),
    others: count('spbc'),
    size: [...inodes.values()].reduce((total, size) => total + size, 0n),
    mtimeMin: Math.min(...times),
    mtimeMax: Math.max(...times),
    complete: true,
  };
}

describe('sumBelow', () => {
  test('counts everything, whatever it is', async () => {
    buildTree(dir, {
      'a/b/c.txt': 'four',
      'a/copy': { hardlink: 'a/b/c.txt' },
      '.git/objects/x': 'xx',
      '.gitignore': '*',
      empty: null,
      link: { symlink: 'a' },
      dangling: { symlink: '/nowhere' },
      fifo: { fifo: true },
      old: '',
      '\xe9\xff\n': 'bytes',
      sparse: { sparse: 2 ** 43 },
    });
    execFileSync('touch', ['-d', '@-1.5', path.join(dir, 'old')]);
    expect(await sum()).toMatchObject({ dirs: 6, files: 7, links: 2, others: 1, size: 2n ** 43n + 12n, mtimeMin: -2 });
    expect(await sum()).toEqual(askFind());
  });

  test('agrees with find on random trees', async () => {
    const name = fc.constantFrom('a', 'b', 'c', '.git', '\xff');
    const filePath = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const time = fc.constantFrom(1_500_000_000, 1_500_000_000.999, 0, 1_700_000_000.25);
    const entry = fc.oneof(
      fc.record({ file: fc.string(), mtime: time }),
      fc.record({ directory: fc.constant(true as const), mtime: time }),
      fc.record({ symlink: fc.constantFrom('a', '/nowhere'), mtime: time }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(filePath, entry, { maxKeys: 8 }), async (spec) => {
        dir = tempDir();
        const paths = Object.keys(spec);
        const consistent = Object.entries(spec).filter(([at]) => !paths.some((other) => other.startsWith(`${at}/`)));
        buildTree(dir, Object.fromEntries(consistent) as TreeSpec);
        expect(await sum()).toEqual(askFind());
      }),
      { numRuns: 40 },
    );
  });

  test.each(
    [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7].flatMap((count) => [
      [count, 'fast'] as const,
      [count, 'slow'] as const,
    ]),
  )('counts all of %i entries of one directory, on a %s filesystem', async (count, speed) => {
    // Every third entry is a directory with a directory and a file in it.
    const names = Array.from({ length: count }, (_, i) => (i % 3 === 1 ? `${i}/inner/file` : `${i}`));
    buildTree(dir, Object.fromEntries(names.map((name) => [name, name])));
    const latency = Latency.of(fs.statSync(dir).dev);
    // As many calls as a decision takes.
    const timeCalls = (duration: number): void => {
      for (let i = 0; i < 64; i += 1) latency.add(duration);
    };
    timeCalls(speed === 'slow' ? 5 : 0);
    try {
      expect(await sum()).toEqual(askFind());
    } finally {
      timeCalls(0);
    }
  });

  test('paths longer than the kernel takes are reached', async () => {
    const name = 'n'.repeat(200);
    const depth = 60;
    const home = process.cwd();
    process.chdir(dir);
    for (let level = 0; level < depth; level += 1) {
      fs.mkdirSync(name);
      process.chdir(name);
    }
    fs.writeFileSync('bottom', 'x');
    process.chdir(home);
    expect(await sum()).toMatchObject({ dirs: depth + 1, files: 1, complete: true });
    expect(process.cwd()).toBe(home);
    execFileSync('rm', ['-rf', path.join(dir, name)]);
  });

  test('what cannot be read is reported and the rest is counted', async () => {
    buildTree(dir, { 'open/file': '1', 'closed/file': '22', 'closed/more': '', last: '333' });
    fs.chmodSync(dir, 0o755);
    fs.chmodSync(path.join(dir, 'closed'), 0);
    const problems: string[] = [];
    const result = await asNobody(() => sum((at, error) => problems.push(`${at} ${String(error)}`)));
    expect(problems).toEqual([expect.stringMatching(/\/closed Error: EACCES/)]);
    expect(result).toMatchObject({ dirs: 3, files: 2, size: 4n, complete: false });
  });
});
