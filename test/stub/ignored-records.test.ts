import fs from 'node:fs';
import { expect, test } from 'vitest';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { NogbundleSelection } from '../../src/facets/observe/selection.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { DirectoryCursor } from '../../src/realdir/walk/directory-cursor.js';
import { ToplevelLostError } from '../../src/realdir/walk/toplevel-lost.js';
import { withoutIgnored } from '../../src/stub/ignored-records.js';
import { makeWorld, OPTIONS } from '../facets/world.js';

test.each([
  ['whose rules are at the top', { '.gitignore': '*.tmp\n', 'sub/a.tmp': 'a' }],
  ['whose rules are below', { 'sub/.gitignore': '*.tmp\n', 'sub/a.tmp': 'a' }],
])('nothing is told of the records of a realdir that another one replaces, %s', async (_what, tree) => {
  const { repo, real } = await makeWorld(tree);
  await recordStat(repo, OPTIONS);
  const reader = ObjectReader.open(repo.gitDir);
  const cursor = DirectoryCursor.open(repo.realdir, repo.bounds);
  try {
    fs.renameSync(real, `${real}-moved`);
    fs.mkdirSync(real);
    const told: unknown[] = [];
    const events = {
      onChange: () => undefined,
      onProblem: (...problem: unknown[]) => told.push(problem),
      onWarning: () => undefined,
      onVisited: () => undefined,
    };
    const question = { reader, cursor, exclude: null, selection: NogbundleSelection.none, recordsDirectories: true, events };
    const top = reader.readCommit(repo.head('stat') ?? expect.unreachable('stat has recorded')).tree;
    expect(() => withoutIgnored(question, top, null, (path) => told.push(path))).toThrow(ToplevelLostError);
    expect(told).toEqual([]);
  } finally {
    cursor?.close();
    reader.close();
  }
});
