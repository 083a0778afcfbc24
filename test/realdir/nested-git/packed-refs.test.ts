import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPackedRef } from '../../../src/realdir/nested-git/packed-refs.js';
import { withRegularFile } from '../../../src/realdir/read/read-bounded.js';
import { tempDir } from '../../harness/index.js';

let file: string;
const id = (digit: string) => digit.repeat(40);

beforeAll(() => {
  file = path.join(tempDir(), 'packed-refs');
});

function find(name: string, content: string, maxBytes = 1 << 30): unknown {
  fs.writeFileSync(file, content);
  return withRegularFile(file, (fd) => ({ found: findPackedRef(fd, name, maxBytes) }))?.found;
}

describe('findPackedRef', () => {
  const usual = `# pack-refs with: peeled fully-peeled sorted \n${id('a')} refs/heads/main\n${id('B')} refs/tags/v1\n^${id('c')}\n`;

  test('finds whole names only', () => {
    expect(find('refs/heads/main', usual)).toBe(id('a'));
    expect(find('refs/tags/v1', usual)).toBe(id('b'));
    expect(find('refs/heads/mai', usual)).toBeNull();
    expect(find('heads/main', usual)).toBeNull();
    expect(find('refs/heads/main2', usual)).toBeNull();
    expect(find('refs/heads/main', '')).toBeNull();
  });

  test('finds ids of both lengths, and nothing that only looks like a line', () => {
    expect(find('refs/a', `${'d'.repeat(64)} refs/a\n`)).toBe('d'.repeat(64));
    expect(find('refs/a', `x${id('a')} refs/a\n`)).toBeNull();
    expect(find('refs/a', `${id('a')} refs/b refs/a\n${id('b')} refs/a\n`)).toBe(id('b'));
  });

  test('does not trust a file that ends within a line', () => {
    expect(find('refs/heads/ma', `${id('b')} refs/heads/x\n${id('a')} refs/heads/ma`)).toEqual({ flaw: 'damaged' });
  });

  test('finds every line of a large file, wherever it is cut into pieces', () => {
    const line = (n: number) => `${n.toString(16).padStart(40, '0')} refs/heads/branch-${n}\n`;
    const lines = Array.from({ length: 60_000 }, (_, n) => line(n));
    // Lines across the ends of the pieces, and the first and last one.
    const wanted = new Set([0, lines.length - 1]);
    let end = 0;
    for (const [n, { length }] of lines.entries()) {
      end += length;
      if (end % (1 << 20) < 500 || end % (1 << 20) > (1 << 20) - 500) wanted.add(n);
    }
    expect(wanted.size).toBeGreaterThan(40);
    fs.writeFileSync(file, lines.join(''));
    withRegularFile(file, (fd) => {
      for (const n of wanted) {
        expect(findPackedRef(fd, `refs/heads/branch-${n}`, 1 << 30)).toBe(line(n).slice(0, 40));
      }
    });
  });

  test('gives up after the limit', () => {
    fs.writeFileSync(file, '');
    fs.truncateSync(file, 2 ** 40);
    const started = performance.now();
    expect(withRegularFile(file, (fd) => findPackedRef(fd, 'refs/a', 64 << 20))).toEqual({ flaw: 'too long' });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
