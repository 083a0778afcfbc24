import { expect, test } from 'vitest';
import { listedPath, statRowJson, statRowLine } from '../../../src/cli/render/stat-row.js';
import type { StatRow } from '../../../src/history/ls.js';

const FILE: StatRow = {
  path: 'a', mode: '100000', mtime: 1, size: 2, dirs: 0, files: 0, links: 0, others: 0, symlink: '', gitlink: '', toplevel: null,
};
const COMMIT = '460621bc552cb53c75ac9e86d37fccf5ced88127';

const line = (row: Partial<StatRow>): string => statRowLine({ ...FILE, ...row }, (name) => `<${name}>`).replace(/\d{4}-\S+/, 'TIME');

test('lines have type, size, time, path and target; names go through the given function', () => {
  expect(line({})).toBe('f             2 TIME\t<a>');
  expect(line({ mode: '040000', size: 12345678901234n })).toBe('d 12345678901234 TIME\t<a/>');
  expect(line({ mode: '040000', path: '.' })).toBe('d             2 TIME\t<.>');
  expect(line({ mode: '120000', symlink: 'x' })).toBe('l             2 TIME\t<a>\t -> <x>');
  expect(line({ mode: '160000', gitlink: COMMIT })).toBe(`g             2 TIME\t<a>\t -> ${COMMIT}`);
});

test('only directories get a slash', () => {
  expect(listedPath({ ...FILE, mode: '160000' })).toBe('a');
});

test('JSON has bytes where names are not UTF-8, and the further fields of the toplevel', () => {
  expect(JSON.parse(statRowJson({ ...FILE, path: 'a\xff', symlink: '\xc3\xa9' }))).toMatchObject({ path: 'a\ufffd', pathBytes: 'Yf8=', symlink: 'é' });
  expect(JSON.parse(statRowJson({ ...FILE, symlink: '\xff' }))).toMatchObject({ symlink: '\ufffd', symlinkBytes: '/w==' });
  const toplevel = new Map<string, string | number | bigint>([['name', 'root'], ['mtime_min', 1], ['attrs', 'i'], ['git', COMMIT], ['git_size', 2n], ['mtime', 9], ['mine', 3]]);
  const json = JSON.parse(statRowJson({ ...FILE, path: '.', toplevel })) as unknown;
  expect(json).toMatchObject({ mtime: 1, mtime_min: 1, attrs: 'i', git: COMMIT, git_size: 2 });
  expect(json).not.toHaveProperty('name');
  expect(json).not.toHaveProperty('mine');
});
