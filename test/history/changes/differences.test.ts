import { expect, test } from 'vitest';
import type { Difference } from '../../../src/history/changes/differences.js';
import { differencesOf } from '../../../src/history/changes/differences.js';
import { treeChanges } from '../../../src/history/changes/tree-changes.js';
import { Histories } from '../../../src/history/states/histories.js';
import { RecordReader } from '../../../src/history/states/record-reader.js';
import type { RepoState } from '../../../src/history/states/repo-history.js';
import { fileStatRecord } from '../../../src/record/records.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { RecordedRepository } from '../recorded-tree.js';

const FILES = 1500;

test('many changes are the same as few: nothing is left out or told twice where Git takes over', async () => {
  const repository = new RecordedRepository();
  const filesOf = (size: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: FILES }, (_, index) => [`d/e${index % 200}/f${index}`, fileStatRecord('f', size + index, 1)]));
  const others = { '.gitignore': '', '.nogtree': 'name: "root"\n', 'd/.nogtree': 'name: "d"\n', 'x/f': fileStatRecord('f', 1, 1) };
  repository.record('master-stat', { ...filesOf(0), ...others });
  repository.record('master-stat', { ...filesOf(1), ...others, 'd/.nogtree': 'name: "e"\n', '.gitignore': '*\n' });
  const histories = new Histories();
  const asked = histories.of(ShadowRepo.open(repository.dir));
  const [before, after] = [asked.history.byIndex(0), asked.history.byIndex(1) as RepoState];
  const found = async (path: string, nested: readonly string[] = []): Promise<Difference[]> => {
    const records = new RecordReader(asked.history);
    const all: Difference[] = [];
    for await (const one of differencesOf(asked, { before, after, path, nested }, records)) all.push(one);
    await records.close();
    return all;
  };
  const expected = [...treeChanges(asked.history.reader, before?.stat.tree ?? null, after.stat.tree)].map(({ path }) => path);
  const files = expected.filter((path) => !path.endsWith('.nogtree'));
  const all = await found('');
  expect(all.map(({ path }) => path)).toEqual(files);
  expect(all.every((one) => Number(one.after?.size) === Number(one.before?.size) + 1 && one.change === 'modified')).toBe(true);
  expect((await found('d')).map(({ path }) => path)).toEqual(files);
  const kept = files.filter((path) => !path.startsWith('d/e3/'));
  expect((await found('d', ['d/e3'])).map(({ path }) => path)).toEqual(kept);
  expect((await found('x')).length).toBe(0);
  histories.close();
});
