import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { reinit } from '../../src/stub/reinit.js';
import { commitStub } from '../../src/shadow/stub/commit-stub.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { switchedStub } from '../../src/shadow/stub/stub-files.js';
import { git } from '../harness/index.js';
import { commitByHand, expectCleanStub, makeWorld, OPTIONS, recordAll } from '../facets/world.js';
import type { World } from '../facets/world.js';

const trees = ({ shadow }: World): string => git(['for-each-ref', '--format=%(refname) %(tree)', 'refs/heads'], shadow);

/** The trees that a run without a crash makes, in a copy of the shadow repo. */
async function uninterrupted(world: World): Promise<string> {
  const shadow = path.join(world.dir, 'copy');
  fs.cpSync(world.shadow, shadow, { recursive: true });
  await reinit(ShadowRepo.open(shadow), 'ignore-most', OPTIONS);
  return trees({ ...world, shadow });
}

/** A ref that cannot be moved ends the command right there. */
async function failAt(world: World, branch: string): Promise<void> {
  const lock = path.join(world.shadow, `.git/refs/heads/${branch}.lock`);
  fs.writeFileSync(lock, '');
  await expect(reinit(world.repo, 'ignore-most', OPTIONS)).rejects.toThrow(/lock/);
  fs.rmSync(lock);
}

test.each([
  [
    'when the work tree was written',
    (world: World) => fs.writeFileSync(path.join(world.shadow, '.gitignore'), switchedStub('ignore-most')['.gitignore']),
  ],
  ['before master-stub moved', (world: World) => failAt(world, 'master-stub')],
  ['when master-stub had moved', (world: World) => commitStub(world.repo, switchedStub('ignore-most'), 'reinit', OPTIONS)],
  ['when one facet was pruned', (world: World) => failAt(world, 'master-sha')],
  ['when all but content were pruned', (world: World) => failAt(world, 'master-content')],
  ['when all but content had the stub', (world: World) => failAt(world, 'master-content'), {}],
])('after a crash %s, the same command goes on', async (_title, crash, content = { 'sub/b': 'b\n' }) => {
  const world = await makeWorld({ 'README.md': 'r\n', 'README.txt': 't\n', a: 'a\n', 'sub/b': 'b\n' });
  commitByHand(world, 'master-content', content);
  await recordAll(world);
  const expected = await uninterrupted(world);
  await crash(world);
  await reinit(world.repo, 'ignore-most', OPTIONS);
  expectCleanStub(world, 'ignore-most');
  expect(trees(world)).toBe(expected);
  expect(git(['fsck', '--strict', '--no-dangling'], world.shadow)).toBe('');
});
