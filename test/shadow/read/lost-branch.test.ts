import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { fso, git } from '../../harness/index.js';
import { makeWorld, OPTIONS } from '../../facets/world.js';

test('a branch that was there is not begun anew, and check sets it again', async () => {
  const world = await makeWorld({ a: '1' });
  await recordStat(world.repo, OPTIONS);
  const before = git(['rev-parse', 'master-stat'], world.shadow);
  fs.rmSync(path.join(world.shadow, '.git/refs/heads/master-stat'));
  await expect(recordStat(world.repo, OPTIONS)).rejects.toThrow(/master-stat: the branch is missing.*by its log at [0-9a-f]{40}/);
  expect(fso(['check', '--repair'], { cwd: world.shadow }).stdout).toContain('master-stat');
  expect(git(['rev-parse', 'master-stat'], world.shadow)).toBe(before);
});

test('a branch that Git has deleted begins anew', async () => {
  const world = await makeWorld({ a: '1' });
  await recordStat(world.repo, OPTIONS);
  git(['update-ref', '-d', 'refs/heads/master-stat'], world.shadow);
  expect((await recordStat(world.repo, OPTIONS)).added).toBe(2);
});
