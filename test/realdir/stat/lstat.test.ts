import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { floorToSeconds, lstatEntry, lstatPrecise } from '../../../src/realdir/stat/lstat.js';
import { buildTree, tempDir } from '../../harness/index.js';

let dir: string;
const at = (name: string) => path.join(dir, name);

beforeAll(() => {
  dir = buildTree(tempDir(), { file: 'abc', 'sub/x': '', link: { symlink: 'nowhere' }, fifo: { fifo: true }, other: { hardlink: 'file' } });
});

/** Sets the mtime as `touch -d @<text>` does and returns what `stat -c %Y` says. */
function touchAndAsk(text: string, name: string): number {
  execFileSync('touch', ['-h', '-d', `@${text}`, at(name)]);
  return Number(execFileSync('stat', ['-c', '%Y', at(name)]).toString());
}

describe('lstatEntry', () => {
  test('tells kinds apart and does not follow symbolic links', () => {
    expect(lstatEntry(at('file'))).toMatchObject({ kind: 'file', size: 3, nlink: 2 });
    expect(lstatEntry(at('sub'))?.kind).toBe('directory');
    expect(lstatEntry(at('link'))).toMatchObject({ kind: 'symlink', size: 7 });
    expect(lstatEntry(at('fifo'))?.kind).toBe('other');
    expect(lstatEntry('/dev/null')?.kind).toBe('other');
  });

  test('has nothing where nothing is, but does not hide other errors', () => {
    expect(lstatEntry(at('missing'))).toBeNull();
    expect(lstatEntry(at('file/below'))).toBeNull();
    expect(() => lstatEntry(at('x'.repeat(256)))).toThrow('ENAMETOOLONG');
  });

  test('reaches names that are not text', () => {
    const name = `${at('')}\xe9\xff`;
    fs.writeFileSync(Buffer.from(name, 'latin1'), '12');
    expect(lstatEntry(name)?.size).toBe(2);
  });

  test.each([
    '1510000000', '1510000794.999999999', '1510000794.999999880', '1510000795.000000001', '0', '-1', '-1.5', '-0.000000001', '-2147483648',
    '15032385535.999999999', '1510000794.5',
  ])('mtime %s is rounded down to the second', (time) => {
    // Twice: after a whole second the next entries are read in another way.
    for (let round = 0; round < 2; round += 1) {
      expect(touchAndAsk(time, 'file')).toBe(lstatEntry(at('file'))?.mtime);
      expect(touchAndAsk('1510000794.5', 'link')).toBe(lstatEntry(at('link'))?.mtime);
    }
  });

  test('a crowd of whole seconds ends', () => {
    for (let round = 0; round < 40; round += 1) {
      const time = round < 5 ? '1600000000' : '1600000000.999999999';
      execFileSync('touch', ['-d', `@${time}`, at('sub/x')]);
      expect(lstatEntry(at('sub/x'))?.mtime).toBe(1_600_000_000);
    }
  });

  test('a size that no number can hold is exact', () => {
    const huge = 2 ** 43;
    fs.writeFileSync(at('sparse'), '');
    fs.truncateSync(at('sparse'), huge);
    expect(lstatEntry(at('sparse'))?.size).toBe(huge);
  });
});

describe('lstatPrecise', () => {
  test('has the same values and nanoseconds', () => {
    const { mtimeNs, ctimeNs, birthtimeNs } = fs.lstatSync(at('file'), { bigint: true });
    expect(lstatPrecise(at('file'))).toEqual({ ...lstatEntry(at('file')), mtimeNs, ctimeNs, birthtimeNs });
    expect(lstatPrecise(at('missing'))).toBeNull();
  });
});

test('floorToSeconds rounds down on both sides of the epoch', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 33), max: 2 ** 34 }), fc.integer({ min: 0, max: 999_999_999 }), (seconds, rest) => {
      expect(floorToSeconds(BigInt(seconds) * 1_000_000_000n + BigInt(rest))).toBe(seconds);
    }),
  );
});
