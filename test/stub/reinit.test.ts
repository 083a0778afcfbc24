import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { reinit } from '../../src/stub/reinit.js';
import { acquireLock } from '../../src/shadow/lock/lock.js';
import type { SubdirTracking } from '../../src/shadow/stub/subdir-tracking.js';
import { SUBDIR_TRACKINGS } from '../../src/shadow/stub/subdir-tracking.js';
import type { TreeSpec } from '../harness/index.js';
import { fso, git } from '../harness/index.js';
import { commitByHand, expectCleanStub, heads, makeWorld, OPTIONS, recordAll, recorded } from '../facets/world.js';

const SPEC: TreeSpec = { 'README.md': 'r\n', 'README.txt': 't\n', a: 'a\n', 'sub/b': 'b\n', 'sub/deep/README.md': 'n\n' };
const FACETS = ['stat', 'sha', 'content'] as const;

describe('a switch', () => {
  test('to each way of tracking leaves the work tree clean and all facets with the stub', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    for (const tracking of SUBDIR_TRACKINGS.toReversed()) {
      await reinit(world.repo, tracking, OPTIONS);
      expectCleanStub(world, tracking);
      for (const facet of FACETS) git(['merge-base', '--is-ancestor', 'master-stub', `master-${facet}`], world.shadow);
    }
  });

  test('to the way that is active changes nothing and says so', async () => {
    const world = await makeWorld(SPEC, 'bundle-subdirs');
    const before = heads(world);
    const { status, stdout } = fso(['reinit', '--bundle-subdirs'], { cwd: world.shadow });
    expect([status, stdout]).toEqual([0, 'the subdir tracking is bundle-subdirs already\n']);
    expect(heads(world)).toBe(before);
  });

  test('lists the patterns that somebody had added, and are not in the stub any more', async () => {
    const world = await makeWorld(SPEC);
    fso(['stub', 'ignore', '*.tmp'], { cwd: world.shadow });
    const { stdout } = fso(['reinit', '--bundle-subdirs'], { cwd: world.shadow });
    expect(stdout).toContain('switched to bundle-subdirs\n');
    expect(stdout).toContain('not in .gitignore any more: *.tmp\n  git-fso stub edit takes what is still wanted\n');
    expect(fso(['reinit', '--enter-subdirs'], { cwd: world.shadow }).stdout).not.toContain('any more');
  });

  test('to enter-subdirs after a plain init adds the files that are empty', async () => {
    const world = await makeWorld(SPEC);
    expect((await reinit(world.repo, 'enter-subdirs', OPTIONS)).stub).not.toBeNull();
    expectCleanStub(world, 'enter-subdirs');
    expect((await reinit(world.repo, 'enter-subdirs', OPTIONS)).stub).toBeNull();
  });

  test('overwrites edits of the three files, committed or not, and keeps others', async () => {
    const world = await makeWorld(SPEC);
    fs.writeFileSync(path.join(world.shadow, 'NOTES'), 'n\n');
    git(['add', 'NOTES'], world.shadow);
    git(['commit', '-q', '-m', 'Add notes'], world.shadow);
    fs.writeFileSync(path.join(world.shadow, '.gitignore'), 'edited\n');
    fs.writeFileSync(path.join(world.shadow, '.nogbundles'), 'not even added\n');
    const { linesLost } = await reinit(world.repo, 'bundle-subdirs', OPTIONS);
    expect(linesLost).toEqual([{ file: '.gitignore', line: 'edited' }, { file: '.nogbundles', line: 'not even added' }]);
    expectCleanStub(world, 'bundle-subdirs');
    expect(git(['show', 'master-stub:NOTES'], world.shadow)).toBe('n');
  });

  test('is refused by the check before it, which is not asked if nothing would change', async () => {
    const world = await makeWorld(SPEC);
    const before = heads(world);
    const asked: SubdirTracking[] = [];
    const beforeSwitch = (_repo: unknown, tracking: SubdirTracking): void => {
      asked.push(tracking);
      throw new Error('too large');
    };
    await expect(reinit(world.repo, 'bundle-subdirs', { ...OPTIONS, beforeSwitch })).rejects.toThrow('too large');
    expect(heads(world)).toBe(before);
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
    await reinit(world.repo, 'ignore-most', OPTIONS);
    await reinit(world.repo, 'ignore-most', { ...OPTIONS, beforeSwitch });
    expect(asked).toEqual(['bundle-subdirs']);
  });

  test('is refused by the init limits of the root that the realdir is in', async () => {
    const world = await makeWorld(SPEC, 'ignore-most');
    const config = path.join(world.dir, 'git-fso.yml');
    const root = (of: string): string => `shadow: ${world.dir}/shadow-root\nroots:\n  - path: ${of}\n    initLimits: { maxFiles: 2 }\n`;
    fs.writeFileSync(config, root(world.real));
    const before = heads(world);
    const refused = fso(['reinit', '--enter-subdirs'], { cwd: world.shadow, env: { GIT_FSO_CONFIG: config } });
    expect([refused.status, refused.stderr]).toEqual([
      1, expect.stringContaining(`subdir tracking limits violation: more than 2 files below \`${world.real}\``),
    ]);
    expect(heads(world)).toBe(before);
    fs.mkdirSync(path.join(world.dir, 'elsewhere'));
    fs.writeFileSync(config, root(`${world.dir}/elsewhere`));
    expect(fso(['reinit', '--enter-subdirs', '--config', config], { cwd: world.shadow })).toMatchObject({ status: 0, stderr: '' });
    expect(fso(['reinit', '--bundle-subdirs', '--config', `${config}.missing`], { cwd: world.shadow })).toMatchObject({ status: 2 });
  });

  test('waits for whoever writes, and is refused beside another branch', async () => {
    const world = await makeWorld(SPEC);
    const lock = await acquireLock(path.join(world.shadow, '.git/fso/lock'), 'shared', { waitMs: 0, command: 'git-fso sha' });
    await expect(reinit(world.repo, 'ignore-most', OPTIONS)).rejects.toThrow(/locked by git-fso sha/);
    lock.release();
    git(['checkout', '-q', 'master-stat'], world.shadow);
    await expect(reinit(world.repo, 'ignore-most', OPTIONS)).rejects.toThrow(/another branch than master-stub is checked out/);
  });
});

describe('ignore-most', () => {
  test('drops at once what is not tracked any more, also what was added by hand', async () => {
    const world = await makeWorld(SPEC);
    commitByHand(world, 'master-content', { 'sub/b': 'b\n', a: 'a\n' });
    await recordAll(world);
    const { dropped } = await reinit(world.repo, 'ignore-most', OPTIONS);
    expect(dropped).toBe(3 + 3 + 2);
    expect(Object.keys(recorded(world, 'master-stat'))).toEqual(['README.md', 'README.txt']);
    expect(Object.keys(recorded(world, 'master-sha'))).toEqual(['README.md', 'README.txt']);
    expect(Object.keys(recorded(world, 'master-content'))).toEqual(['README.md']);
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], world.shadow)).not.toContain('sub/.nogtree');
    const before = heads(world);
    await recordAll(world);
    expect(heads(world)).toBe(before);
  });

  test('keeps what the realdir itself brings back, so that the next runs find nothing to do', async () => {
    const world = await makeWorld({
      ...SPEC,
      '.gitignore': '!/sub/\n!/bundle/\n!/emptied/\n',
      'emptied/x': 'x\n',
      'sub/.gitignore': '!b\n',
      'bundle/x': 'x\n',
      '.nogbundles': 'not of the stub\n',
    });
    commitByHand(world, 'master-stub', { '.gitattributes': '/bundle/ nogbundle\n', '.nogbundles': '/bundle/\n' });
    git(['reset', '--hard', '-q'], world.shadow);
    fso(['apply-stub'], { cwd: world.shadow });
    await recordAll(world);
    expect(recorded(world, 'master-sha')['bundle']).toBe('name: "bundle"\n');
    await reinit(world.repo, 'ignore-most', OPTIONS);
    // As the records of directories, both are re-included; a file of that name would not be.
    expect(Object.keys(recorded(world, 'master-stat'))).toEqual(['README.md', 'README.txt', 'bundle', 'sub/b']);
    expect(Object.keys(recorded(world, 'master-sha'))).toEqual(['README.md', 'README.txt', 'bundle', 'sub/b']);
    expect(Object.keys(recorded(world, 'master-content'))).toEqual(['README.md']);
    expect(git(['ls-tree', '--name-only', 'master-stat', 'sub/', 'emptied'], world.shadow)).toBe('sub/.nogtree\nsub/b');
  });

  test('is done once: what is recorded in this mode later stays', async () => {
    const world = await makeWorld(SPEC, 'ignore-most');
    await reinit(world.repo, 'ignore-most', OPTIONS);
    commitByHand(world, 'master-content', { 'sub/b': 'b\n' });
    const before = heads(world);
    expect(await reinit(world.repo, 'ignore-most', OPTIONS)).toMatchObject({ stub: null, dropped: 0 });
    expect(heads(world)).toBe(before);
  });

  test('works without the realdir', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    fs.renameSync(world.real, `${world.real}.gone`);
    expect(await reinit(world.repo, 'ignore-most', OPTIONS)).toMatchObject({ dropped: 6, problems: [] });
  });
});
