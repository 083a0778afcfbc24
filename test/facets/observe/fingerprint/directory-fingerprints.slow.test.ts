import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { recordStat } from '../../../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../../../src/facets/stat/status.js';
import { ObjectReader } from '../../../../src/git/objects/object-reader.js';
import { git } from '../../../harness/index.js';
import type { World } from '../../world.js';
import { changeStub, makeWorld, OPTIONS } from '../../world.js';

const TIME = new Date('2020-02-02T02:02:02Z');

function seenFile({ shadow }: World): string {
  return path.join(shadow, '.git/fso/stat-seen');
}

async function makeSeenWorld(): Promise<World> {
  const world = await makeWorld({
    'a/one': '1',
    'a/two': '22',
    'a/b/three': '333',
    'a/b/skip.tmp': 'x',
    'a/link': { symlink: 'one' },
    'c/four': '4',
    'e/f': null,
    top: 't',
  });
  for (const name of ['a/one', 'a/two', 'a/b/three', 'c/four']) fs.utimesSync(path.join(world.real, name), TIME, TIME);
  await changeStub(world, { '.gitignore': '*.tmp\n' });
  await recordStat(world.repo, OPTIONS);
  return world;
}

/** Replaces a symbolic link in a way that its status hardly tells. */
function relink(at: string, target: string): void {
  const { mtime } = fs.lstatSync(at);
  fs.rmSync(at);
  fs.symlinkSync(target, at);
  fs.lutimesSync(at, mtime, mtime);
}

const CHANGES: Record<string, (world: World) => void | Promise<void>> = {
  'nothing': () => undefined,
  'a file that has another size and the same mtime': ({ real }) => {
    fs.writeFileSync(path.join(real, 'a/one'), '1111');
    fs.utimesSync(path.join(real, 'a/one'), TIME, TIME);
  },
  'a file that is older than before': ({ real }) => fs.utimesSync(path.join(real, 'a/b/three'), TIME, new Date(0)),
  'a new file': ({ real }) => fs.writeFileSync(path.join(real, 'a/b/new'), ''),
  'a new empty file in an empty directory': ({ real }) => fs.writeFileSync(path.join(real, 'e/f/new'), ''),
  'a file that is gone': ({ real }) => fs.rmSync(path.join(real, 'c/four')),
  'two files that have exchanged their names': ({ real }) => {
    for (const [from, to] of [
      ['one', 'x'],
      ['two', 'one'],
      ['x', 'two'],
    ] as const)
      fs.renameSync(path.join(real, 'a', from), path.join(real, 'a', to));
  },
  'a symbolic link with another target of the same length': ({ real }) => relink(path.join(real, 'a/link'), 'two'),
  'a file that became a directory': ({ real }) => {
    fs.rmSync(path.join(real, 'a/two'));
    fs.mkdirSync(path.join(real, 'a/two'));
    fs.utimesSync(path.join(real, 'a/two'), TIME, TIME);
  },
  'a directory that became a repository': ({ real }) => {
    git(['init', '-q', 'a/b'], real);
    git(['commit', '-q', '--allow-empty', '-m', 'one'], path.join(real, 'a/b'));
  },
  'a rule that is gone, so that a file is not ignored any more': (world) => changeStub(world, { '.gitignore': '# none\n' }),
  'a new rule in the realdir, for a file that is recorded already, and a new file': ({ real }) => {
    fs.writeFileSync(path.join(real, '.gitignore'), 'three\nfour\nother\n');
    fs.writeFileSync(path.join(real, 'a/b/other'), '');
  },
  'a directory that became a nogbundle': (world) => changeStub(world, { '.nogbundles': 'a/b bundle=always\n' }),
};

const branchTip = ({ shadow }: World): string => git(['rev-parse', 'master-stat'], shadow);
const treeOf = ({ shadow }: World): string => git(['rev-parse', 'master-stat^{tree}'], shadow);

describe('what is remembered of directories changes nothing about what is recorded after', () => {
  test.each(Object.entries(CHANGES))('%s', async (_name, change) => {
    const world = await makeSeenWorld();
    const known = fs.readFileSync(seenFile(world));
    await change(world);
    const base = branchTip(world);
    const { entries } = await statusOfStat(world.repo);
    const first = await recordStat(world.repo, OPTIONS);
    const tree = treeOf(world);
    // `--mtime-range` and the like aside, what status lists is what stat does.
    expect(first.added + first.modified + first.deleted).toBe(entries.length);

    const afterwards = fs.readFileSync(seenFile(world));
    for (const seen of [null, known, afterwards, Buffer.from(afterwards).fill(0, 50, 60)]) {
      git(['update-ref', 'refs/heads/master-stat', base], world.shadow);
      fs.rmSync(seenFile(world), { force: true });
      if (seen !== null) fs.writeFileSync(seenFile(world), seen);
      await recordStat(world.repo, OPTIONS);
      expect(treeOf(world)).toBe(tree);
    }
  });
});

describe('directories that are as they were', () => {
  afterEach(() => vi.restoreAllMocks());

  /** How many recorded trees a run compares with entries. */
  async function treesRead(world: World, options: { recheck?: boolean } = {}): Promise<number> {
    const lookUps = vi.spyOn(ObjectReader.prototype, 'lookUpTree');
    await recordStat(world.repo, { ...OPTIONS, ...options });
    const count = lookUps.mock.calls.length;
    lookUps.mockRestore();
    return count;
  }

  test('are not compared entry by entry, but for the toplevel and those on the way to others', async () => {
    const world = await makeSeenWorld();
    expect(await treesRead(world)).toBe(2);
    fs.writeFileSync(path.join(world.real, 'a/b/three'), 'other');
    expect(await treesRead(world)).toBe(3);
    expect(await treesRead(world)).toBe(2);
  });

  test('are compared if nothing is remembered, if it is damaged, and with --recheck', async () => {
    const world = await makeSeenWorld();
    expect(await treesRead(world, { recheck: true })).toBe(4);
    const bytes = fs.readFileSync(seenFile(world));
    for (const damage of [
      bytes.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.from(bytes).fill(1, 30, 31),
      Buffer.from('git-fso stat-seen 2\n'),
    ]) {
      fs.writeFileSync(seenFile(world), damage);
      expect(await treesRead(world)).toBe(4);
      expect(await treesRead(world)).toBe(2);
    }
    fs.rmSync(seenFile(world));
    fs.mkdirSync(seenFile(world));
    expect(await treesRead(world)).toBe(4);
  });
});
