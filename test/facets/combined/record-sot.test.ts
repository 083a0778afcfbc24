import { expect, test } from 'vitest';
import { recordContent } from '../../../src/facets/content/content.js';
import { recordSot } from '../../../src/facets/combined/record-sot.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { git } from '../../harness/index.js';
import { commitByHand, heads, makeWorld, OPTIONS } from '../world.js';
import type { World } from '../world.js';

const sot = (world: World) => recordSot(world.repo, OPTIONS);

test('the trees of stat, sha and content stand side by side, beside what was there', async () => {
  const world = await makeWorld({ 'README.md': 'r\n', 'sub/a': 'a\n' }, 'bundle-subdirs');
  await recordStat(world.repo, OPTIONS);
  await recordContent(world.repo, OPTIONS);
  await sot(world);
  for (const facet of ['stat', 'sha', 'content']) {
    expect(git(['rev-parse', `master-sot:${facet}`], world.shadow)).toBe(git(['rev-parse', `master-${facet}^{tree}`], world.shadow));
  }
  expect(git(['ls-tree', '--name-only', 'master-sot'], world.shadow).split('\n')).toEqual([
    '.gitattributes', '.gitignore', '.nogbundles', 'content', 'sha', 'stat',
  ]);
});

test('each commit names the commits that it was made from, and only new ones make another', async () => {
  const world = await makeWorld({ a: 'a\n' });
  await sot(world);
  const init = git(['rev-parse', 'master-stub'], world.shadow);
  expect(git(['show', '-s', '--format=%P', 'master-sot'], world.shadow)).toBe([init, init, init, init].join(' '));
  const before = heads(world);
  expect((await sot(world)).commit).toBeNull();
  expect(heads(world)).toBe(before);

  const tree = git(['rev-parse', 'master-sha^{tree}'], world.shadow);
  const same = git(['commit-tree', '-p', 'master-sha', '-m', 'same tree', tree], world.shadow);
  git(['update-ref', 'refs/heads/master-sha', same], world.shadow);
  const treeBefore = git(['rev-parse', 'master-sot^{tree}'], world.shadow);
  expect((await sot(world)).commit).not.toBeNull();
  expect(git(['rev-parse', 'master-sot^{tree}'], world.shadow)).toBe(treeBefore);
  expect(git(['log', '--first-parent', '--format=%s', 'master-sot'], world.shadow)).toMatch(/^sot .*\nsot .*\ninit .*$/);
  expect(git(['fsck', '--strict'], world.shadow)).toBe('');
});

test('a missing branch is named, with the way to get it', async () => {
  const world = await makeWorld({ a: 'a\n' });
  git(['branch', '-D', 'master-content'], world.shadow);
  const before = heads(world);
  await expect(sot(world)).rejects.toMatchObject({
    message: expect.stringContaining('master-content does not exist'),
    remedy: expect.stringContaining('git-fso content'),
  });
  expect(heads(world)).toBe(before);
  await recordContent(world.repo, OPTIONS);
  expect((await sot(world)).commit).not.toBeNull();
});

test('a facet that is empty has no directory', async () => {
  const world = await makeWorld({ a: 'a\n' });
  commitByHand(world, 'master-content', { '.gitignore': null });
  await sot(world);
  expect(git(['ls-tree', '--name-only', 'master-sot'], world.shadow).split('\n')).toEqual(['.gitignore', 'sha', 'stat']);
});
