import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { KeepGuard } from '../../../src/git/packs/keep-guard.js';
import { setGitEnvironment } from '../../../src/git/process/run-git.js';
import { collectGarbage } from '../../../src/shadow/gc/collect-garbage.js';
import { needsGc } from '../../../src/shadow/gc/gc-need.js';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { LockedError } from '../../../src/util/errors.js';
import { cleanEnvironment, git, tempDir } from '../../harness/index.js';
import { makeWorld, OPTIONS } from '../../facets/world.js';
import type { World } from '../../facets/world.js';

let world: World;

/** A repo with a pack a commit. */
beforeEach(async () => {
  setGitEnvironment(cleanEnvironment());
  world = await makeWorld(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`d${i % 6}/f${i}`, 'x'])));
  for (let round = 0; round < 4; round += 1) {
    fs.writeFileSync(path.join(world.real, `d${round}/new${round}`), 'y');
    await recordStat(world.repo, OPTIONS);
  }
});

afterEach(() => setGitEnvironment(cleanEnvironment()));

const packs = ({ shadow }: World): string[] => fs.readdirSync(path.join(shadow, '.git/objects/pack')).sort();
const history = ({ shadow }: World): string => git(['log', '--all', '--format=%H %T'], shadow);
const fsck = ({ shadow }: World): string => git(['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], shadow);

/** Has git-fso find a `git` that runs the shell commands first; they may exit. */
function fakeGit(commands: string): void {
  const bin = tempDir();
  const script = `#!/bin/sh\nfor word in "$@"; do case "$word" in repack) repack=1;; esac; done\n${commands}\nexec git "$@"\n`;
  fs.writeFileSync(path.join(bin, 'git'), script.replace('exec git', `PATH=${process.env['PATH']} exec git`), { mode: 0o755 });
  setGitEnvironment({ ...cleanEnvironment(), PATH: `${bin}:${process.env['PATH']}` });
}

/** Directories in which Git repacks, or has repacked. */
const workshops = (): string[] => fs.readdirSync(path.join(world.shadow, '.git/fso')).filter((name) => name.startsWith('gc'));

/** What must be true after a gc that did not come to its end. */
function expectUntouched(before: readonly string[]): void {
  expect(packs(world)).toEqual(before);
  expect(workshops()).toEqual([]);
  expect(fsck(world)).toBe('');
}

describe('gc', () => {
  test('makes one pack of many, and loses nothing', async () => {
    const before = history(world);
    expect(packs(world).filter((name) => name.endsWith('.pack'))).toHaveLength(4);
    const result = await collectGarbage(world.repo, OPTIONS);
    expect(result.before.packs).toBe(4);
    expect(result.after).toMatchObject({ packs: 1, loose: 0 });
    expect(result.after.bytes).toBeLessThan(result.before.bytes);
    expect(packs(world).map((name) => name.replace(/.*\./, ''))).toEqual(['idx', 'pack']);
    expect(history(world)).toBe(before);
    expect(fsck(world)).toBe('');
    expect((await recordStat(world.repo, OPTIONS)).commit).toBeNull();
  });

  test('drops what nothing refers to when it is old enough, and keeps packs that an administrator keeps', async () => {
    const pack = path.join(world.shadow, '.git/objects/pack');
    const kept = packs(world).find((name) => name.endsWith('.pack')) ?? '';
    fs.writeFileSync(path.join(pack, kept.replace('.pack', '.keep')), 'by hand\n');
    const blob = git(['hash-object', '-w', '--stdin'], world.shadow, { input: 'nobody needs me' });
    const unborn = git(['commit-tree', '-m', 'lost', 'master-stat^{tree}'], world.shadow);
    git(['pack-objects', '-q', path.join(pack, 'pack')], world.shadow, { input: `${unborn}\n` });
    fs.rmSync(path.join(world.shadow, `.git/objects/${unborn.slice(0, 2)}`), { recursive: true });
    const has = (oid: string): boolean => !git(['cat-file', '--batch-check'], world.shadow, { input: oid }).endsWith('missing');
    await collectGarbage(world.repo, OPTIONS);
    expect([has(blob), has(unborn)]).toEqual([true, true]);
    await collectGarbage(world.repo, { ...OPTIONS, expireMs: 0 });
    expect([has(blob), has(unborn)]).toEqual([false, false]);
    expect(packs(world)).toContain(kept);
    expect(fsck(world)).toBe('');
  });

  test('removes what killed processes left, and nothing of Git', async () => {
    const gitDir = path.join(world.shadow, '.git');
    const pack = path.join(gitDir, 'objects/pack');
    const ours = [
      'objects/pack/tmp_pack_01234567',
      'objects/pack/tmp_idx_01234567',
      'objects/tmp_obj_89abcdef',
      'refs/heads/master-stat.fso-next.lock',
      'config.fso-tmp-01234567.lock',
    ];
    const others = ['objects/pack/tmp_pack_Ab12Cd', 'objects/tmp_obj_Ab12Cd', 'refs/heads/other.lock'];
    for (const name of [...ours, ...others]) fs.writeFileSync(path.join(gitDir, name), '');
    KeepGuard.create(path.join(pack, `pack-${'1'.repeat(40)}.keep`));
    fs.writeFileSync(path.join(pack, `pack-${'1'.repeat(40)}.pack`), 'PACK');
    fs.mkdirSync(path.join(gitDir, 'fso/gc-01234567/objects'), { recursive: true });
    const guarded = packs(world).find((name) => name.endsWith('.idx'))?.replace('.idx', '.keep') ?? '';
    KeepGuard.create(path.join(pack, guarded));
    expect((await collectGarbage(world.repo, OPTIONS)).leftovers).toBe(ours.length + 4);
    for (const name of ours) expect(fs.existsSync(path.join(gitDir, name)), name).toBe(false);
    for (const name of others) expect(fs.existsSync(path.join(gitDir, name)), name).toBe(true);
    expect(packs(world).filter((name) => !name.startsWith('tmp_')).map((name) => name.replace(/.*\./, ''))).toEqual(['idx', 'pack']);
  });

  test('gives way to who waits for the repo', async () => {
    const before = packs(world);
    fakeGit('[ "$repack" ] && exec sleep 60');
    const collected = collectGarbage(world.repo, OPTIONS).catch((error: unknown) => error);
    await expect.poll(() => workshops().length).toBe(1);
    const lock = await acquireLock(path.join(world.shadow, '.git/fso/lock'), 'shared', { waitMs: 20_000, command: 'waiter' });
    lock.release();
    const error = await collected;
    expect(error).toBeInstanceOf(LockedError);
    expect((error as LockedError).message).toMatch(/gave way/);
    expectUntouched(before);
  });

  test('can be cancelled', async () => {
    const before = packs(world);
    fakeGit('[ "$repack" ] && exec sleep 60');
    const controller = new AbortController();
    const collected = collectGarbage(world.repo, { ...OPTIONS, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 300);
    await expect(collected).rejects.toThrow('enough');
    expectUntouched(before);
  });

  test.each([
    ['fails', '[ "$repack" ] && exit 1', /repack failed, nothing was changed/],
    ['cannot list the objects', 'case "$*" in *"rev-list --objects --all"*) exit 1;; esac', /rev-list failed, nothing was changed/],
    [
      'cannot compress them, and the list has no end',
      'case "$*" in *"rev-list --objects --all"*) exec yes;; *pack-objects*) exit 1;; esac',
      /pack-objects failed, nothing was changed/,
    ],
    [
      'makes a pack that lacks something',
      `[ "$repack" ] && { rm -f "$GIT_OBJECT_DIRECTORY"/pack/*; exit 0; }`,
      /rev-list failed, nothing was changed/,
    ],
  ])('changes nothing if Git %s', async (_title, commands, message) => {
    const before = packs(world);
    fakeGit(commands);
    await expect(collectGarbage(world.repo, OPTIONS)).rejects.toThrow(message);
    expectUntouched(before);
  });

  test('works with a Git that knows no cruft packs', async () => {
    fakeGit('for word in "$@"; do [ "$word" = --cruft ] && exit 129; done');
    const lost = git(['hash-object', '-w', '--stdin'], world.shadow, { input: 'lost' });
    expect((await collectGarbage(world.repo, OPTIONS)).after.packs).toBe(1);
    expect(git(['cat-file', '-t', lost], world.shadow)).toBe('blob');
    expect(fsck(world)).toBe('');
  });

  test('leaves repos alone whose objects others may need', async () => {
    git(['config', 'extensions.preciousObjects', 'true'], world.shadow);
    expect(() => ShadowRepo.open(world.shadow)).toThrow(/preciousobjects/i);
    fs.writeFileSync(path.join(world.shadow, '.git/objects/info/alternates'), '/elsewhere\n');
    await expect(collectGarbage(world.repo, OPTIONS)).rejects.toThrow(/borrows objects/);
  });

  test('works where the path is not UTF-8', async () => {
    const moved = Buffer.concat([Buffer.from(world.shadow), Buffer.from([0x2d, 0xe9])]);
    fs.renameSync(world.shadow, moved);
    const repo = ShadowRepo.open(moved.toString('latin1'));
    expect((await collectGarbage(repo, OPTIONS)).after).toMatchObject({ packs: 1, loose: 0 });
    fs.renameSync(moved, world.shadow);
    expect(fsck(world)).toBe('');
  });

  test('a pack index over several packs does not outlive them', async () => {
    git(['multi-pack-index', 'write'], world.shadow);
    await collectGarbage(world.repo, OPTIONS);
    expect(packs(world).some((name) => name.startsWith('multi-pack-index'))).toBe(false);
    expect(fsck(world)).toBe('');
  });
});

test('versions of a directory are compared with each other, although many have its name', async () => {
  const directories = Array.from({ length: 200 }, (_, i) => `s${i}/as-measured/raw`);
  const files = directories.flatMap((directory) => Array.from({ length: 10 }, (_, i) => `${directory}/sample-${i}`));
  const many = await makeWorld(Object.fromEntries(files.map((file) => [file, file])));
  for (const [index, file] of files.entries()) fs.utimesSync(path.join(many.real, file), index, index);
  await recordStat(many.repo, OPTIONS);
  for (let round = 1; round <= 5; round += 1) {
    for (let i = round; i < directories.length; i += 3)
      fs.utimesSync(path.join(many.real, `${directories[i]}/sample-${round}`), round * i, round * i);
    await recordStat(many.repo, OPTIONS);
  }
  await collectGarbage(many.repo, OPTIONS);
  const commits = git(['rev-list', 'master-stat'], many.shadow).split('\n');
  const names = commits.flatMap((commit) => directories.map((directory) => `${commit}:${directory}`)).join('\n');
  const info = git(['cat-file', '--batch-check=%(objecttype) %(objectname) %(deltabase)'], many.shadow, { input: names }).split('\n');
  const versions = new Map<string, Set<string>>();
  const bases = new Map<string, string>();
  for (const [index, line] of info.entries()) {
    const [type, oid = '', base = ''] = line.split(' ');
    if (type !== 'tree') continue;
    const directory = directories[index % directories.length] ?? '';
    versions.set(directory, (versions.get(directory) ?? new Set()).add(oid));
    if (!/^0+$/.test(base)) bases.set(oid, base);
  }
  expect(versions.size).toBe(directories.length);
  const apart = [...versions.values()].filter((oids) => [...oids].filter((oid) => !oids.has(bases.get(oid) ?? '')).length > 1);
  expect(apart.length).toBe(0);
});

test.each([
  ['is free', false],
  ['another Git holds, or one that was killed', true],
])('a commit-graph whose lock %s does not fail a gc', async (_, isLocked) => {
  const graph = path.join(world.shadow, '.git/objects/info/commit-graph');
  if (isLocked) {
    git(['commit-graph', 'write', '--reachable'], world.shadow);
    fs.writeFileSync(`${graph}.lock`, '');
  }
  await collectGarbage(world.repo, OPTIONS);
  expect(packs(world).filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  // It is of use only while it agrees with the objects.
  expect(fs.existsSync(graph)).toBe(!isLocked);
  if (!isLocked) git(['commit-graph', 'verify'], world.shadow);
  expect(fsck(world)).toBe('');
});

test('what nothing refers to and is too young to be dropped is no reason for another gc', async () => {
  const everything = { looseObjects: 0, packs: 1, growth: 1e-9 };
  const garbage = (text: string): string => git(['hash-object', '-w', '--stdin'], world.shadow, { input: text });
  const packed = garbage('nobody needs me');
  git(['pack-objects', '-q', path.join(world.shadow, '.git/objects/pack/pack')], world.shadow, { input: `${packed}\n` });
  garbage('nor me');
  expect(needsGc(world.repo, everything)).toBe(true);
  expect((await collectGarbage(world.repo, OPTIONS)).after.loose).toBe(1);
  expect(
    packs(world)
      .filter((name) => /\.(pack|mtimes)$/.test(name))
      .map((name) => name.replace(/.*\./, ''))
      .sort(),
  ).toEqual(['mtimes', 'pack', 'pack']);
  fs.truncateSync(
    path.join(
      world.shadow,
      '.git/objects/pack',
      packs(world)
        .find((name) => name.endsWith('.mtimes'))
        ?.replace('.mtimes', '.pack') ?? '',
    ),
    10 * 1024 * 1024,
  );
  expect(needsGc(world.repo, everything)).toBe(false);
  garbage('nor me either');
  expect(needsGc(world.repo, everything)).toBe(true);
});

test('gc is needed when there are many packs, many loose objects, or much growth', () => {
  const limits = { looseObjects: 2, packs: 4, growth: 1e9 };
  expect(needsGc(world.repo)).toBe(false);
  expect(needsGc(world.repo, limits)).toBe(true); // Three loose objects of the init.
  expect(needsGc(world.repo, { ...limits, looseObjects: 3 })).toBe(false);
  expect(needsGc(world.repo, { ...limits, looseObjects: 3, packs: 3 })).toBe(true);
  const pack = path.join(world.shadow, '.git/objects/pack');
  fs.truncateSync(path.join(pack, packs(world).find((name) => name.endsWith('.pack')) ?? ''), 10 * 1024 * 1024);
  expect(needsGc(world.repo)).toBe(false);
  fs.writeFileSync(path.join(pack, 'pack-1.pack'), Buffer.alloc(6 * 1024 * 1024));
  expect(needsGc(world.repo)).toBe(true);
});
