import { expect, test } from 'vitest';
import { summarizeStat } from '../../src/history/summary.js';
import type { StatSummary } from '../../src/history/summary.js';
import type { RecordedEntries } from './recorded-tree.js';
import { RecordedRepository } from './recorded-tree.js';

const COMMIT = '460621bc552cb53c75ac9e86d37fccf5ced88127';

function summarize(entries: RecordedEntries): StatSummary {
  const repository = new RecordedRepository();
  const tree = repository.record('master-stat', entries);
  return repository.reading((reader) => summarizeStat(reader, tree));
}

test('counts blobs, gitlinks, and the directories that directly contain some', () => {
  const summary = summarize({ a: '', l: { symlink: 'a' }, 'b/c/d': '', 'b/c/e': '', 'f/g': { gitlink: COMMIT }, h: { gitlink: COMMIT } });
  expect(summary).toEqual({ numFiles: 4, numDirs: 2, numOther: 2 });
});

test('leaves out configuration and .nogtree of the toplevel only', () => {
  const summary = summarize({
    '.nogtree': '',
    '.gitignore': '',
    '.nogx/a': '',
    '.gitx/b': '',
    'b/.nogtree': '',
    'b/.gitignore': '',
    'b/.nogx/c': '',
  });
  expect(summary).toEqual({ numFiles: 3, numDirs: 2, numOther: 0 });
});

test('an empty tree has nothing', () => {
  expect(summarize({})).toEqual({ numFiles: 0, numDirs: 0, numOther: 0 });
});

test('a tree that cannot be read is named', () => {
  const repository = new RecordedRepository();
  const other = repository.record('other', { a: 'text' });
  const blob = repository.reading((reader) => reader.readTree(other)[0]!.oid);
  const tree = repository.record('master-stat', { 'd/x': { mode: 0o40000, oid: blob } });
  expect(() => repository.reading((reader) => summarizeStat(reader, tree))).toThrow(/^d\/x: /);
});
