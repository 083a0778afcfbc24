import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { recordArchive } from '../../../src/facets/archive/record-archive.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import type { TreeSpec } from '../../harness/index.js';
import { git, readBranchTree } from '../../harness/index.js';
import { canSetImmutable, changeStub, heads, makeWorld, OPTIONS, problemsOf, recorded, setImmutable } from '../world.js';
import type { World } from '../world.js';

const archive = (world: World) => recordArchive(world.repo, OPTIONS);

const frozen: string[] = [];

async function freeze(world: World): Promise<void> {
  setImmutable(world.real, true);
  frozen.push(world.real);
  await recordStat(world.repo, OPTIONS);
}

async function makeFrozenWorld(spec: TreeSpec, stub: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = await makeWorld(spec);
  await changeStub(world, stub);
  await freeze(world);
  return world;
}

afterEach(() => {
  for (const real of frozen.splice(0)) setImmutable(real, false);
});

describe.skipIf(!canSetImmutable())('archive (needs chattr)', () => {
  test('is refused unless the realdir is immutable, and recorded in this state', async () => {
    const world = await makeWorld({ a: 'a\n' });
    await expect(archive(world)).rejects.toThrow(/real: is not immutable/);
    await recordStat(world.repo, OPTIONS);
    await expect(archive(world)).rejects.toThrow(/real: is not immutable/);
    setImmutable(world.real, true);
    await expect(archive(world)).rejects.toThrow(/is not recorded as immutable/);
    await freeze(world);
    expect((await archive(world)).commit).not.toBeNull();
    setImmutable(world.real, false);
    fs.utimesSync(world.real, 1, 1);
    setImmutable(world.real, true);
    const before = heads(world);
    await expect(archive(world)).rejects.toThrow(/was changed since it was recorded/);
    setImmutable(world.real, false);
    await expect(archive(world)).rejects.toThrow(/is not immutable/);
    expect(heads(world)).toBe(before);
  });

  test('records everything that the realdir itself does not ignore, on top of the stub', async () => {
    const world = await makeFrozenWorld(
      {
        '.gitignore': '*.tmp\n/cache/\n',
        'a.tmp': 't\n',
        'cache/x': 'x\n',
        'run.sh': { file: '#!/bin/sh\n', mode: 0o755 },
        'sub/deep/.gitignore': '!keep.tmp\n',
        'sub/deep/keep.tmp': 'k\n',
        'sub/link': { symlink: '../run.sh' },
        'sub/pipe': { fifo: true },
        'sub/.github/x': 'x\n',
        'n\xff': 'bytes\n',
      },
      { '.gitignore': '*.sh\nn*\n', '.gitattributes': '/sub/ nogbundle\n', '.nogbundles': '/sub/\n' },
    );
    expect(await archive(world)).toMatchObject({ added: 4, problems: [], warnings: [] });
    expect(recorded(world, 'master-archive')).toEqual({
      'n\xff': 'bytes\n',
      'run.sh': '#!/bin/sh\n',
      'sub/deep/keep.tmp': 'k\n',
      'sub/link': '120000 ../run.sh',
    });
    expect(readBranchTree(world.shadow, 'master-archive').get('.gitignore')?.text).toBe('*.sh\nn*\n');
    expect(git(['rev-parse', 'master-archive^'], world.shadow)).toBe(git(['rev-parse', 'master-stub'], world.shadow));
    expect((await archive(world)).commit).toBeNull();
  });

  test('records nested repositories as gitlinks of their commits, like `git add`', async () => {
    const world = await makeWorld({
      'sub/f': 'f\n',
      'deep/er/g': 'g\n',
      'young/h': 'h\n',
      'broken/.git': 'gitdir: /nowhere\n',
      'broken/i': 'i\n',
    });
    for (const name of ['sub', 'deep/er', 'young']) git(['init', '-q', name], world.real);
    for (const name of ['sub', 'deep/er']) {
      git(['add', '.'], path.join(world.real, name));
      git(['commit', '-q', '-m', 'first'], path.join(world.real, name));
    }
    const commitOf = (name: string): string => git(['rev-parse', 'HEAD'], path.join(world.real, name));
    await freeze(world);
    const result = await archive(world);
    // What has no commit cannot be linked to, and its content shall not be lost.
    expect(result).toMatchObject({ added: 4, problems: [] });
    expect(Object.fromEntries(result.warnings.map(({ path: at, message }) => [at, message]))).toEqual({
      young: expect.stringContaining('without a commit'), broken: expect.stringContaining('leads out of the realdir'),
    });
    const links = git(['ls-tree', '-r', 'master-archive'], world.shadow).split('\n').filter((line) => line.startsWith('160000'));
    expect(links).toEqual([`160000 commit ${commitOf('deep/er')}\tdeep/er`, `160000 commit ${commitOf('sub')}\tsub`]);
    expect(git(['show', 'master-archive:young/h'], world.shadow)).toBe('h');
    expect(git(['fsck', '--strict'], world.shadow)).toBe('');
    expect((await archive(world)).commit).toBeNull();

    git(['commit', '-q', '--allow-empty', '-m', 'second'], path.join(world.real, 'sub'));
    fs.rmSync(path.join(world.real, 'deep/er/.git'), { recursive: true });
    fs.writeFileSync(path.join(world.real, 'deep/.gitignore'), 'er\n');
    expect(await archive(world)).toMatchObject({ modified: 1 });
    expect(git(['rev-parse', 'master-archive:sub'], world.shadow)).toBe(commitOf('sub'));
  });

  test('streams large files, and converts none of them', async () => {
    const size = 65 * 1024 * 1024;
    const world = await makeFrozenWorld({
      '.gitattributes': 'converted text\n',
      converted: { sparse: size },
      'data/large': { sparse: size },
      small: 's\n',
    });
    fs.writeSync(fs.openSync(path.join(world.real, 'data/large'), 'r+'), 'end', size - 3);
    const result = await archive(world);
    expect(problemsOf(result)).toEqual({ converted: expect.stringContaining('too many to convert') });
    const ours = git(['rev-parse', 'master-archive:data/large'], world.shadow);
    expect(ours).toBe(git(['hash-object', '--no-filters', path.join(world.real, 'data/large')], world.shadow));
    expect(git(['fsck', '--strict'], world.shadow)).toBe('');
    expect(fs.readdirSync(path.join(world.shadow, '.git/objects')).filter((name) => name.startsWith('tmp'))).toEqual([]);
    expect((await archive(world)).commit).toBeNull();
  });

  test('a large file that is changed between its two readings is a problem of its own; the rest is recorded', async () => {
    const world = await makeFrozenWorld({ large: { sparse: 65 * 1024 * 1024 }, small: 's\n' });
    const lock = await acquireLock(`${world.repo.gitDir}/fso/lock-archive`, 'exclusive', { waitMs: 0, command: 'test' });
    // It waits when it has read the file once, and is about to store it.
    const onWait = (): void => {
      fs.writeFileSync(path.join(world.real, 'large'), 'more', { flag: 'a' });
      lock.release();
    };
    const result = await recordArchive(world.repo, { ...OPTIONS, waitMs: 20_000, onWait });
    expect(problemsOf(result)).toEqual({ large: expect.stringContaining('was changed while it was read') });
    expect(result).toMatchObject({ added: 1 });
    expect(recorded(world, 'master-archive')).toEqual({ small: 's\n' });
    expect(git(['fsck', '--strict'], world.shadow)).toBe('');
    expect(await archive(world)).toMatchObject({ added: 1, problems: [] });
  });

  test('a realdir that is gone is archived as empty only if it was recorded as immutable', async () => {
    const world = await makeFrozenWorld({ a: 'a\n', 'sub/b': 'b\n' });
    await archive(world);
    setImmutable(world.real, false);
    fs.renameSync(world.real, `${world.real}.gone`);
    await recordStat(world.repo, OPTIONS);
    expect(await archive(world)).toMatchObject({ deleted: 2 });
    expect(recorded(world, 'master-archive')).toEqual({});
    const other = await makeWorld({ a: 'a\n' });
    await recordStat(other.repo, OPTIONS);
    fs.renameSync(other.real, `${other.real}.gone`);
    await expect(archive(other)).rejects.toThrow(/is not recorded as immutable/);
  });
});
