import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { recordContent } from '../../src/facets/content/content.js';
import { FacetTally } from '../../src/facets/facet-result.js';
import type { FacetResult } from '../../src/facets/facet-result.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { FsoError } from '../../src/util/errors.js';
import { reinit } from '../../src/stub/reinit.js';
import type { World } from './world.js';
import { commitByHand, makeWorld, OPTIONS } from './world.js';

const FILES = { 'a.txt': 'a', 'b.txt': 'b', 'c/d.txt': 'd', 'c/e.txt': 'e', 'README.md': 'text' };

/** Moves a branch once while a run is under way, as another process would. */
function movedOnce(world: World, branch: string): () => void {
  let isMoved = false;
  return () => {
    if (!isMoved) commitByHand(world, branch, { 'by-hand': 'x' });
    isMoved = true;
  };
}

test.each([
  ['stat', recordStat, 6],
  ['sha', recordSha, 5],
  ['content', recordContent, 1],
] as const)('%s counts what it has recorded, although its branch moves meanwhile', async (facet, record, expected) => {
  const world = await makeWorld(FILES);
  const moved = await record(world.repo, { ...OPTIONS, beforeCommit: movedOnce(world, `master-${facet}`) });
  expect(moved.added).toBe(expected);
});

test.skipIf(process.getuid?.() !== 0)('problems are told once, although the branch moves meanwhile (needs root)', async () => {
  const world = await makeWorld(FILES);
  await recordStat(world.repo, OPTIONS);
  fs.renameSync(world.real, `${world.real}-gone`);
  fs.symlinkSync('/', world.real);
  fs.lchownSync(world.real, 12_345, 12_345);
  const result = await reinit(world.repo, 'ignore-most', { ...OPTIONS, beforeCommit: movedOnce(world, 'master-stat') });
  // Each of the three facets that are pruned would look at the realdir.
  expect(result.problems.map(({ path: at }) => at)).toEqual(['', '', '']);
});

test('sha in small steps counts each entry and each file once', async () => {
  const whole = await recordSha((await makeWorld(FILES)).repo, OPTIONS);
  const world = await makeWorld(FILES);
  fs.writeFileSync(path.join(world.real, 'closed'), 'x');
  const steps = await recordSha(world.repo, { ...OPTIONS, step: { bytes: 1 } });
  const counted = ({ added, modified, deleted, bytes, problemCount, warningCount, complete }: FacetResult): unknown => ({
    added, modified, deleted, bytes, problemCount, warningCount, complete,
  });
  expect(counted(steps)).toEqual({ ...(counted(whole) as object), added: whole.added + 1, bytes: whole.bytes + 1 });
  expect(steps.visited).toBe(whole.visited + 1);
});

test('a problem has the code of the system error', () => {
  const tally = new FacetTally();
  tally.onProblem('a', Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }));
  tally.onProblem('b', new FsoError('the record is damaged'));
  const { problems } = tally.result(null);
  expect(problems.map(({ path: at, code }) => [at, code])).toEqual([['a', 'EIO'], ['b', undefined]]);
});
