import { expect, test } from 'vitest';
import { fileStatRecord } from '../../../src/record/records.js';
import type { ListedItem } from '../../../src/history/listing/list-parts.js';
import { listParts } from '../../../src/history/listing/list-parts.js';
import type { Part } from '../../../src/history/places/parts.js';
import { initialStub } from '../../../src/shadow/stub/stub-files.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { git } from '../../harness/index.js';
import type { RecordedEntries } from '../recorded-tree.js';
import { RecordedRepository } from '../recorded-tree.js';

const START = 1_600_000_000;

const sum = (name: string, size: number, files: number): string =>
  `name: "${name}"\nmtime: 9\ndirs: 1\nfiles: ${files}\nlinks: 0\nothers: 0\nsize: ${size}\n`;
const file = (size: number): string => fileStatRecord('f', size, 5);
/** A part of a repo that recorded something at a time. */
function partOf(realdir: string, entries: RecordedEntries, { path = '', seconds = START } = {}): Part {
  const repository = new RecordedRepository();
  git(['config', 'fso.realdir', realdir], repository.dir);
  repository.record('master-stat', entries, seconds);
  return { repo: ShadowRepo.open(repository.dir), path, nested: [] };
}

/** What is listed, as `<kind> <path> <size> <files>`. */
async function listed(parts: readonly Part[], seconds = Number.POSITIVE_INFINITY): Promise<string[]> {
  const problems: string[] = [];
  const items: ListedItem[] = [];
  for await (const piece of listParts(parts, { seconds, onProblem: (realdir) => problems.push(`failed ${realdir}`) })) items.push(...piece);
  return [...items.map(({ kind, path, size, files }) => `${kind} ${path} ${size} ${files}`), ...problems];
}

test('lists what is in a repo within another one where its directory is, and once', async () => {
  const files = { a: file(1), 'd/x': file(2), 'd/n/f': file(40), 'd/z': file(3), 'd-1': file(4) };
  const outer = partOf('/p', { '.nogtree': sum('root', 100, 9), ...files });
  const inner = partOf('/p/d/n', { '.nogtree': sum('root', 50, 2), f: file(41) });
  expect(await listed([inner, outer])).toEqual([
    'file /p/a 1 1',
    'file /p/d-1 4 1',
    'file /p/d/n/f 41 1',
    'rest /p/d/n 9 1',
    'file /p/d/x 2 1',
    'file /p/d/z 3 1',
    'rest /p 40 3',
  ]);
});

test('a repo within another one that had no record by then leaves its place to the outer one', async () => {
  const outer = partOf('/p', { '.nogtree': sum('root', 42, 1), 'd/n/f': file(42) });
  const inner = partOf('/p/d/n', { '.nogtree': sum('root', 41, 1), f: file(41) }, { seconds: START + 10 });
  expect(await listed([outer, inner], START + 5)).toEqual(['file /p/d/n/f 42 1']);
  expect(await listed([outer, inner], START + 10)).toEqual(['file /p/d/n/f 41 1', 'rest /p 1 0']);
});

test('one that records a sum only does so, too, but not where the outer one records nothing', async () => {
  const inner = partOf('/p/d/n', { ...initialStub('ignore-most'), '.nogtree': sum('root', 41, 3), 'README.md': file(2) });
  const innermost = partOf('/p/d/n/o', { '.nogtree': sum('root', 30, 1), f: file(30) });
  const outer = partOf('/p', { '.nogtree': sum('root', 42, 4), 'd/n/f': file(9), 'd/n/o/f': file(29) });
  expect(await listed([outer, inner, innermost])).toEqual(['file /p/d/n/f 9 1', 'file /p/d/n/o/f 30 1', 'rest /p 3 2']);
  const shallow = partOf('/p', { '.nogtree': sum('root', 42, 4), a: file(1) });
  expect(await listed([shallow, inner, innermost])).toEqual([
    'file /p/a 1 1',
    'file /p/d/n/README.md 2 1',
    'file /p/d/n/o/f 30 1',
    'summary /p/d/n 9 1',
  ]);
});

test('a sum has what other repos record in it taken off', async () => {
  const outer = partOf('/p', { '.nogtree': sum('root', 100, 10), d: sum('d', 90, 8), 'd.txt': file(4) });
  const inner = partOf('/p/d/n', { '.nogtree': sum('root', 50, 2), f: file(41) });
  expect(await listed([outer, inner])).toEqual([
    'file /p/d.txt 4 1',
    'file /p/d/n/f 41 1',
    'rest /p/d/n 9 1',
    'summary /p/d 40 6',
    'rest /p 6 1',
  ]);
});

test('links to one file, which count once in a sum, make no sum negative', async () => {
  const part = partOf('/p', { '.nogtree': sum('root', 10, 1), a: file(10), b: file(10) });
  expect(await listed([part])).toEqual(['file /p/a 10 1', 'file /p/b 10 1']);
});

test('a part of a repo has no rest, and one that cannot be read hides no other', async () => {
  const entries = { '.nogtree': sum('root', 100, 9), 'd/x': file(2), 'd/y': 'x: [', 'e/y': file(7) };
  const inner = partOf('/p/d/n', { '.nogtree': sum('root', 41, 1), f: file(41) });
  expect(await listed([partOf('/p', entries, { path: 'd/x' })])).toEqual(['file /p/d/x 2 1']);
  expect(await listed([partOf('/p', entries), inner])).toEqual(['file /p/d/n/f 41 1', 'failed /p']);
});
