import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../src/facets/stat/status.js';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, git, readBranchTree } from '../harness/index.js';
import type { World } from '../facets/world.js';
import { changeStub, makeWorld, OPTIONS } from '../facets/world.js';

const HEAD = 'ref: refs/heads/main\n';
const FACETS = ['stat', 'sha'] as const;

/** What makes a directory a repository that has no commit yet. */
function unborn(directory: string): TreeSpec {
  return { [`${directory}/.git/HEAD`]: HEAD, [`${directory}/.git/objects`]: null, [`${directory}/.git/refs`]: null };
}

async function record({ repo }: World): Promise<void> {
  await recordStat(repo, OPTIONS);
  await recordSha(repo, { ...OPTIONS, workers: 0 });
}

/** A further run of either facet finds nothing, and `status` agrees. */
async function expectSettled({ repo }: World): Promise<void> {
  expect((await statusOfStat(repo)).entries).toEqual([]);
  expect((await recordStat(repo, OPTIONS)).commit).toBeNull();
  expect((await recordSha(repo, { ...OPTIONS, workers: 0 })).commit).toBeNull();
}

function pathsOn({ shadow }: World, facet: (typeof FACETS)[number]): string[] {
  return [...readBranchTree(shadow, `master-${facet}`).keys()];
}

const SELECT_ALL = { '.nogbundles': '**\n', '.gitattributes': '* nogbundle\n' };
const SELECT_NONE = { '.nogbundles': '', '.gitattributes': '' };

describe('a repository without a commit', () => {
  test('stays recorded when it is ignored later', async () => {
    const world = await makeWorld({ ...unborn('sub'), 'sub/f': 'x' });
    await record(world);
    await changeStub(world, { '.gitignore': '/sub/\n' });
    for (const facet of FACETS) expect(pathsOn(world, facet)).toContain('sub');
    await expectSettled(world);
  });

  test('is recorded once where files of the stub were, although it is ignored', async () => {
    const world = await makeWorld({ ...unborn('a') });
    await changeStub(world, { '.gitignore': '*\n', 'a/.nogfoo': 'note\n' });
    await record(world);
    for (const facet of FACETS) expect(pathsOn(world, facet)).toContain('a');
    await expectSettled(world);
  });
});

describe('nogbundles below a directory that is never tracked', () => {
  const spec: TreeSpec = { '.gitfoo/in/f': 'x', 'd/.nogfoo/f': 'x', 'd/g': 'x' };

  test('are dropped when they are not selected any more', async () => {
    const world = await makeWorld(spec);
    await changeStub(world, SELECT_ALL);
    await record(world);
    for (const facet of FACETS) expect(pathsOn(world, facet)).toEqual(expect.arrayContaining(['.gitfoo/in', 'd/.nogfoo']));
    await changeStub(world, SELECT_NONE);
    await record(world);
    for (const facet of FACETS) expect(pathsOn(world, facet).filter((name) => /foo/.test(name))).toEqual([]);
    await expectSettled(world);
  });

  test('are dropped when all around them is deleted', async () => {
    const world = await makeWorld(spec);
    await changeStub(world, SELECT_ALL);
    await record(world);
    for (const name of ['.gitfoo', 'd']) fs.rmSync(path.join(world.real, name), { recursive: true });
    const { entries } = await statusOfStat(world.repo);
    expect(entries.map(({ letter, path: at }) => `${letter} ${at}`)).toEqual(expect.arrayContaining(['D .gitfoo/in', 'D d/.nogfoo']));
    await record(world);
    for (const facet of FACETS) expect(pathsOn(world, facet).filter((name) => /foo/.test(name))).toEqual([]);
    await expectSettled(world);
  });

  test('leave the files of the stub beside them alone', async () => {
    const world = await makeWorld({ ...spec, '.gitfoo/note': 'of the realdir\n' });
    await changeStub(world, { ...SELECT_ALL, '.gitfoo/note': 'of the stub\n', '.gitfoo/other': 'of the stub\n' });
    await record(world);
    for (const facet of FACETS) {
      const tree = readBranchTree(world.shadow, `master-${facet}`);
      for (const name of ['.gitfoo/note', '.gitfoo/other']) expect(tree.get(name)?.text).toBe('of the stub\n');
    }
    await expectSettled(world);
  });
});

test('a directory with the name of a file that a branch needs is never a nogbundle', async () => {
  const names = ['.nogtree', '.gitignore', '.gitattributes', '.nogbundles'];
  const world = await makeWorld({ f: 'x', 'd/.nogtree/x/f': 'x', 'd/g': 'x' });
  buildTree(world.real, Object.fromEntries(names.map((name) => [`${name}/inside/f`, 'x'])));
  await changeStub(world, SELECT_ALL);
  await record(world);
  const tree = readBranchTree(world.shadow, 'master-stat');
  expect(tree.get('.nogtree')?.text).toMatch(/^name: "root"\n/);
  expect(tree.get('.nogbundles')?.text).toBe(SELECT_ALL['.nogbundles']);
  expect([...tree.keys()].filter((name) => name.includes('inside'))).toEqual([]);
  expect(git(['fsck', '--full', '--strict', '--no-dangling'], world.shadow)).toBe('');
  await expectSettled(world);
});
