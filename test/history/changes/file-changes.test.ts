import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countFileChanges, filesIn } from '../../../src/history/changes/file-changes.js';
import { fileStatRecord, treeStatRecord } from '../../../src/record/records.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { RecordedRepository } from '../recorded-tree.js';

const path = fc.array(fc.constantFrom('a', 'a.b', 'b\xff', '\xe4'), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));

/** Records of files by path, none below another one. */
const tree = fc.uniqueArray(fc.tuple(path, fc.constantFrom(1, 2, 3)), { selector: ([at]) => at, maxLength: 12 }).map((entries) => {
  const files = entries.filter(([at]) => !entries.some(([other]) => other.startsWith(`${at}/`)));
  return new Map(files.map(([at, size]) => [at, fileStatRecord(at.slice(at.lastIndexOf('/') + 1), size, 5)]));
});

function expected(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): { deleted: number; modified: number } {
  const news = [...after].filter(([at]) => !before.has(at)).map(([, record]) => record);
  let deleted = 0;
  for (const [, record] of [...before].filter(([at]) => !after.has(at))) {
    const index = news.indexOf(record);
    if (index < 0) deleted += 1;
    else news.splice(index, 1);
  }
  return { deleted, modified: [...before].filter(([at, record]) => after.has(at) && after.get(at) !== record).length };
}

test('counts files that are gone, and neither moved nor in a summary now, and files that have changed', async () => {
  const repository = new RecordedRepository();
  await fc.assert(
    fc.asyncProperty(tree, tree, async (one, other) => {
      const [before, after] = [repository.record('one', Object.fromEntries(one)), repository.record('other', Object.fromEntries(other))];
      const reader = ObjectReader.open(repository.gitDir);
      expect(await countFileChanges(reader, before, after, () => undefined)).toEqual(expected(one, other));
      expect([filesIn(reader, before, 1000), filesIn(reader, before, 2)]).toEqual([one.size, Math.min(one.size, 2)]);
      reader.close();
    }),
    { numRuns: 40 },
  );
});

const bundle = (name: string, files: number): string => treeStatRecord(name, 5, { dirs: 1, files, links: 0, others: 0, size: 0n }, null);
const file = (name: string): string => fileStatRecord(name, 1, 5);
const sum = (files: number): string => `name: "root"\nmtime: 1\ndirs: 1\nfiles: ${files}\nlinks: 0\nothers: 0\nsize: 0\n`;

test.each<[string, Record<string, string>, Record<string, string>, number]>([
  ['a bundle that is gone', { b: bundle('b', 7) }, {}, 7],
  ['a bundle that has become smaller', { b: bundle('b', 7) }, { b: bundle('b', 5) }, 2],
  ['a bundle that has grown', { b: bundle('b', 5) }, { b: bundle('b', 7) }, 0],
  ['a bundle that has moved', { 'x/b': bundle('b', 7), f: file('f') }, { 'y/b': bundle('b', 7) }, 1],
  ['a directory that is a bundle now', { 'd/f': file('f'), 'd/b': bundle('b', 7) }, { d: bundle('d', 8) }, 0],
  ['a directory that is a bundle now, with less in it', { 'd/f': file('f'), 'd/b': bundle('b', 7) }, { d: bundle('d', 3) }, 5],
  ['a directory that has only a name now, as on master-sha', { 'd/f': file('f'), 'd/g': file('g') }, { d: 'name: "d"\n' }, 0],
  ['a directory that is a file now', { 'd/f': file('f'), 'd/g': file('g') }, { d: file('d') }, 2],
  ['what only the sum of the realdir tells', { '.nogtree': sum(9) }, { '.nogtree': sum(4) }, 5],
  ['what the sum of the realdir tells, too', { '.nogtree': sum(9), f: file('f') }, { '.nogtree': sum(8) }, 1],
])('%s counts as so many deleted files: %j, %j, %i', async (_, one, other, deleted) => {
  const repository = new RecordedRepository();
  const [before, after] = [repository.record('one', one), repository.record('other', other)];
  const reader = ObjectReader.open(repository.gitDir);
  expect(await countFileChanges(reader, before, after, () => undefined)).toEqual({ deleted, modified: 0 });
  reader.close();
});
