import { expect, test } from 'vitest';
import { exactRowLine, listedPath, statRowJson, statRowLine } from '../../../src/cli/render/stat-row.js';
import type { StatRow } from '../../../src/history/ls.js';

const FILE: StatRow = {
  path: 'a', mode: '100000', mtime: 1, hasMtime: true, size: 2,
  dirs: 0, files: 0, links: 0, others: 0, symlink: '', gitlink: '', toplevel: null,
};
const COMMIT = '460621bc552cb53c75ac9e86d37fccf5ced88127';

const line = (row: Partial<StatRow>): string => statRowLine({ ...FILE, ...row }).replace(/\d{4}-\S+/, 'TIME');

test('lines have type, size, time, path and target; names are escaped', () => {
  expect(line({})).toBe('f             2 TIME\ta');
  expect(line({ mode: '040000', size: 12345678901234n })).toBe('d 12345678901234 TIME\ta/');
  expect(line({ mode: '040000', path: '.' })).toBe('d             2 TIME\t.');
  expect(line({ mode: '120000', symlink: 'x\r' })).toBe('l             2 TIME\ta\t -> x\\x0d');
  expect(line({ mode: '160000', gitlink: COMMIT })).toBe(`g             2 TIME\ta\t -> ${COMMIT}`);
});

test('a row has no time where its record has none, but for programs', () => {
  const symlink: StatRow = { ...FILE, mode: '120000', symlink: 'x', mtime: 0, hasMtime: false };
  expect(statRowLine(symlink)).toMatch(/^l +2 - +\ta\t -> x$/);
  expect(statRowLine({ ...FILE, mtime: 0 })).toMatch(/^f +2 19(69|70)-/);
  expect(exactRowLine(symlink)).toMatch(/^l +2 19(69|70)-/);
});

test('names can be shown as they are', () => {
  expect(exactRowLine({ ...FILE, mode: '120000', path: 'a\x1b', symlink: 'x\t' })).toMatch(/\ta\x1b\t -> x\t$/);
});

test('only directories get a slash', () => {
  expect(listedPath({ ...FILE, mode: '160000' })).toBe('a');
});

test('JSON has bytes where names are not UTF-8, and the further fields of the toplevel', () => {
  expect(JSON.parse(statRowJson({ ...FILE, path: 'a\xff', symlink: '\xc3\xa9' }, null))).toMatchObject({
    path: 'a\ufffd',
    pathBytes: 'Yf8=',
    symlink: 'é',
  });
  expect(JSON.parse(statRowJson({ ...FILE, symlink: '\xff' }, null))).toMatchObject({ symlink: '\ufffd', symlinkBytes: '/w==' });
  const toplevel = new Map<string, string | number | bigint>([
    ['name', 'root'],
    ['mtime_min', 1],
    ['attrs', 'i'],
    ['git', COMMIT],
    ['git_size', 2n],
    ['mtime', 9],
    ['mine', 3],
  ]);
  const json = JSON.parse(statRowJson({ ...FILE, path: '.', toplevel }, null)) as unknown;
  expect(json).toMatchObject({ mtime: 1, mtime_min: 1, attrs: 'i', git: COMMIT, git_size: 2 });
  expect(json).not.toHaveProperty('name');
  expect(json).not.toHaveProperty('mine');
});
