import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fso, git } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';
import { canSetImmutable, changeStub, heads, makeWorld, recorded, setImmutable } from '../world.js';
import type { World } from '../world.js';

const frozen = new Set<string>();

function freeze(real: string): void {
  setImmutable(real, true);
  frozen.add(real);
}

function thaw(real: string): void {
  setImmutable(real, false);
  frozen.delete(real);
}

afterEach(() => {
  for (const real of frozen) thaw(real);
});

function stat({ shadow }: Pick<World, 'shadow'>, ...args: string[]): string {
  const { status, stdout, stderr } = fso(['stat', ...args], { cwd: shadow });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const statusOf = ({ shadow }: World): string => fso(['status'], { cwd: shadow }).stdout;

/** A world that is recorded as immutable. */
async function makeFrozen(): Promise<World> {
  const world = await makeWorld({ a: 'a\n', 'sub/b': 'b\n', 'sub/c': 'c\n' });
  freeze(world.real);
  expect(stat(world)).toContain('4 added');
  return world;
}

describe.skipIf(!canSetImmutable())('a realdir that is recorded as immutable (needs chattr)', () => {
  test('is left as it is recorded while it is immutable, whatever changed below it, and after reinit', async () => {
    const world = await makeFrozen();
    fs.writeFileSync(path.join(world.real, 'sub/b'), 'changed\n');
    fs.rmSync(path.join(world.real, 'sub/c'));
    expect(fso(['reinit', '--ignore-subdirs'], { cwd: world.shadow }).status).toBe(0);
    const before = heads(world);
    for (const args of [[], ['--mtime-range'], ['--mtime-range-only'], ['--refresh-index']])
      expect(stat(world, ...args)).toBe('immutable\n');
    expect(statusOf(world)).toBe('');
    expect(heads(world)).toBe(before);
    expect(stat(world, '--recheck')).toMatch(/modified, 1 deleted/);
    thaw(world.real);
    expect(statusOf(world)).toBe('');
    expect(stat(world)).not.toBe('no changes\n');
    expect(stat(world)).toBe('no changes\n');
  });

  test('is left as it is recorded while it is missing; archive records an empty tree', async () => {
    const world = await makeFrozen();
    fso(['archive'], { cwd: world.shadow });
    expect(Object.keys(recorded(world, 'master-archive'))).toEqual(['a', 'sub/b', 'sub/c']);
    thaw(world.real);
    fs.renameSync(world.real, `${world.real}-gone`);
    const before = git(['rev-parse', 'master-stat'], world.shadow);
    for (const args of [[], ['--mtime-range-only']]) expect(stat(world, ...args)).toBe('immutable\n');
    expect(statusOf(world)).toBe('');
    expect(git(['rev-parse', 'master-stat'], world.shadow)).toBe(before);
    expect(fso(['archive', '--refresh-index'], { cwd: world.shadow })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('3 deleted'),
    });
    expect(git(['rev-parse', 'master-archive^{tree}'], world.shadow)).toBe(git(['hash-object', '-t', 'tree', '/dev/null'], world.shadow));
    expect(fso(['archive'], { cwd: world.shadow }).stdout).toBe('no changes\n');
    expect(fso(['check'], { cwd: world.shadow }).status).toBe(0);
    expect(stat(world, '--recheck')).toContain('4 deleted');
  });

  test('is looked into by a rescan, which keeps everything when it is missing', () => {
    const site = makeSite({ 'data/one/sub/f': 'f\n', 'data/one/README.md': 'r\n', 'data/two/f': 'f\n' });
    const real = path.join(site.project, 'data/one');
    freeze(real);
    expect(site.rescan('--facets', 'stat,sha,content').status).toBe(0);
    fs.writeFileSync(path.join(real, 'sub/f'), 'more\n');
    expect(site.rescan('--facets', 'stat,sha,content').status).toBe(0);
    const shadow = site.repos().get('data/one') ?? '';
    expect(git(['cat-file', '-p', 'master-stat:sub/f'], shadow)).toContain('size: 5');
    thaw(real);
    fs.renameSync(real, path.join(site.top, 'gone'));
    const before = site.heads();
    const { status, stdout } = site.rescan('--facets', 'stat,sha,content');
    expect(status).toBe(0);
    expect(stdout).toMatch(/missing/);
    expect([...site.heads()].filter(([name]) => name.startsWith('data/one '))).toEqual(
      [...before].filter(([name]) => name.startsWith('data/one ')),
    );
  });
});

test('--mtime-range-only on a missing realdir removes the toplevel record and nothing else', async () => {
  const world = await makeWorld({ a: 'a\n', 'sub/b': 'b\n' });
  stat(world);
  const before = git(['ls-tree', '-r', 'master-stat'], world.shadow).split('\n');
  fs.renameSync(world.real, `${world.real}-gone`);
  expect(stat(world, '--mtime-range-only')).toContain('1 deleted');
  expect(git(['ls-tree', '-r', 'master-stat'], world.shadow).split('\n')).toEqual(before.filter((line) => !line.endsWith('\t.nogtree')));
  expect(stat(world, '--mtime-range-only')).toBe('no changes\n');
  expect(statusOf(world)).toBe('D a\nD sub/b\n');
});

describe('status says what stat would write', () => {
  /** Runs `status`, then `stat`, and expects them to agree. */
  function compare(world: World): string {
    const status = statusOf(world);
    const stdout = stat(world);
    expect(stdout === 'no changes\n').toBe(status === '');
    expect(stat(world)).toBe('no changes\n');
    return status;
  }

  const touch = (world: World, name: string, time: number): void => fs.utimesSync(path.join(world.real, name), time, time);

  test('where a submodule becomes a nogbundle, and the reverse', async () => {
    const world = await makeWorld({ 'd/repo/f': 'f\n', 'd/x': 'x\n' });
    const repo = path.join(world.real, 'd/repo');
    git(['init', '-q', '.'], repo);
    git(['add', 'f'], repo);
    git(['commit', '-q', '-m', 'first'], repo);
    expect(compare(world)).toContain('? d/repo/\n');
    await changeStub(world, { '.gitattributes': '/d/repo/ nogbundle\n', '.nogbundles': 'd\nd/repo\n' });
    expect(compare(world)).toBe('M d/repo\n');
    await changeStub(world, { '.gitattributes': '\n', '.nogbundles': '\n' });
    expect(compare(world)).toBe('M d/repo\n');
  });

  test('where only the record of a subdirectory is renewed, or goes', async () => {
    const world = await makeWorld({ 'd/repo/f': 'f\n', 'e/f': 'f\n', 'e/.gitkeep': '', 'e/empty': null });
    await changeStub(world, { '.gitattributes': '/d/repo/ nogbundle\n', '.nogbundles': 'd\nd/repo\n' });
    compare(world);
    touch(world, 'd', 1_000_000);
    expect(compare(world)).toBe('M d\n');
    fs.rmSync(path.join(world.real, 'e/f'));
    expect(compare(world)).toBe('D e/f\n');
    fs.rmSync(path.join(world.real, 'e'), { recursive: true });
    touch(world, '.', 2_000_000);
    expect(compare(world)).toBe('M .\nD e\n');
  });
});
