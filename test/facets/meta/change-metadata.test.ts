import { describe, expect, test } from 'vitest';
import type { MetadataChange } from '../../../src/facets/meta/change-metadata.js';
import { changeMetadata } from '../../../src/facets/meta/change-metadata.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import { gitNogCommitOf, readHeads } from '../../../src/shadow/read/heads.js';
import type { JsonValue } from '../../../src/record/metadata-json.js';
import { parseMetadata } from '../../../src/record/metadata-json.js';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import { FsoError, LockedError, UsageError } from '../../../src/util/errors.js';
import { fsoAsync, git, readBranchTree } from '../../harness/index.js';
import { makeWorld, OPTIONS } from '../world.js';
import type { World } from '../world.js';

const put = (path: string, json: string): MetadataChange => ({ path, replaceBy: parseMetadata(json) });
const merge = (path: string, metadata: Readonly<Record<string, JsonValue>>): MetadataChange => ({
  path,
  merge: new Map(Object.entries(metadata)),
});
const change = (world: World, ...changes: readonly MetadataChange[]) => changeMetadata(world.repo, changes, OPTIONS);

/** Records of metadata by file, without the stub's files. */
function records(world: World): Record<string, string> {
  const files = [...readBranchTree(world.shadow, 'master-meta')].filter(([path]) => !/^\.(git|nogbundles)/.test(path));
  return Object.fromEntries(files.map(([path, { text }]) => [path, text]));
}

const head = (world: World, branch = 'master-meta'): string => git(['rev-parse', branch], world.shadow);

async function withMetadata(...changes: readonly MetadataChange[]): Promise<World> {
  const world = await makeWorld({ a: 'a\n' });
  await change(world, ...changes);
  return world;
}

describe('the branch', () => {
  test('is created at the commit of the stub, and gets one commit more', async () => {
    const world = await makeWorld({ a: 'a\n' });
    const result = await change(world, put('.', '{"b":1,"a":"x"}'), put('d/', '{"c":2}'), put('d/f', '{"e":3}'));
    expect(git(['rev-parse', 'master-meta~1'], world.shadow)).toBe(head(world, 'master-stub'));
    expect(records(world)).toEqual({ '.nogtree': 'a: "x"\nb: 1\n', 'd/.nogtree': 'c: 2\n', 'd/f': 'e: 3\n' });
    expect(result.isNewCommit).toBe(true);
    expect(oidToHex(result.heads.meta!.commit)).toBe(head(world));
    expect(result.gitNogCommit).toBe(gitNogCommitOf(readHeads(world.repo.gitDir)));
    expect(git(['log', '-1', '--format=%s', 'master-meta'], world.shadow)).toMatch(/^meta \d{4}-\d\d-\d\dT/);
    expect(git(['fsck', '--strict', '--no-dangling'], world.shadow)).toBe('');
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
  });

  test('is created by a change that changes nothing, and stays when a change fails', async () => {
    const world = await makeWorld({ a: 'a\n' });
    expect((await change(world, put('x', '{}'))).isNewCommit).toBe(true);
    expect(head(world)).toBe(head(world, 'master-stub'));
    const other = await makeWorld({ a: 'a\n' });
    await expect(change(other, put('x', '{"a:b":1}'))).rejects.toThrow(UsageError);
    expect(head(other)).toBe(head(other, 'master-stub'));
  });
});

describe('changes', () => {
  test('the same again makes no commit', async () => {
    const world = await withMetadata(put('.', '{"a":1}'));
    const before = head(world);
    const result = await change(world, put('.', '{"a":1.0}'));
    expect([result.isNewCommit, oidToHex(result.heads.meta!.commit), head(world)]).toEqual([false, before, before]);
  });

  test('replace keeps nothing, merge keeps other keys, removal of all keys removes the record', async () => {
    const world = await withMetadata(put('f', '{"a":1,"b":2}'), put('g', '{"c":3}'));
    await change(world, merge('f', { b: 3, c: [null] }));
    expect(records(world)).toEqual({ f: 'a: 1\nb: 3\nc: [null]\n', g: 'c: 3\n' });
    await change(world, put('f', '{"z":1}'), { path: 'g', removeKeys: ['c', 'not there'] });
    expect(records(world)).toEqual({ f: 'z: 1\n' });
    await change(world, put('f', 'null'));
    expect(records(world)).toEqual({});
  });

  test('of one path see each other, however the path is written', async () => {
    const world = await withMetadata(put('d/', '{"a":1}'), merge('d/.nogtree', { b: 2 }), { path: 'd/', removeKeys: ['a'] });
    expect(records(world)).toEqual({ 'd/.nogtree': 'b: 2\n' });
  });

  test('directories go with their last record, others are not touched', async () => {
    const world = await withMetadata(put('a/b/c', '{"x":1}'), put('a/d', '{"x":2}'));
    await change(world, put('a/b/c', '{}'));
    expect(records(world)).toEqual({ 'a/d': 'x: 2\n' });
  });

  test('names are bytes', async () => {
    const world = await withMetadata(put('d\xff/\n', '{"x":1}'));
    expect(records(world)).toEqual({ 'd\xff/\n': 'x: 1\n' });
  });

  test('a damaged record can be replaced, but not merged into', async () => {
    const world = await withMetadata(put('f', '{"a":1}'));
    const blob = git(['hash-object', '-w', '--stdin'], world.shadow, { input: 'damaged' });
    const tree = git(['mktree'], world.shadow, { input: `100644 blob ${blob}\tf\n` });
    git(['update-ref', 'refs/heads/master-meta', git(['commit-tree', '-m', 'x', '-p', 'master-meta', tree], world.shadow)], world.shadow);
    await expect(change(world, merge('f', { b: 2 }))).rejects.toThrow(/^f: line 1: no colon/);
    await change(world, put('f', '{"b":2}'));
    expect(records(world)).toEqual({ f: 'b: 2\n' });
  });
});

describe('all or nothing', () => {
  test.each([
    ['a bad path', put('../x', '{"a":1}')],
    ['an empty path', put('', '{"a":1}')],
    ['a path of Git', put('d/.git/x', '{"a":1}')],
    ['a key with a colon', put('x', '{"a:b":1}')],
    ['a key that starts with white space', put('x', '{" a":1}')],
  ])('%s drops the whole request', async (_, bad) => {
    const world = await withMetadata(put('f', '{"a":1}'));
    const before = head(world);
    await expect(change(world, put('g', '{"b":2}'), bad)).rejects.toThrow(UsageError);
    expect(head(world)).toBe(before);
  });

  test('a path cannot be a file and a directory', async () => {
    const world = await withMetadata(put('f', '{"a":1}'), put('d/g', '{"a":1}'));
    const before = head(world);
    const message = /cannot have metadata as a file and as a directory/;
    await expect(change(world, put('f/g', '{"a":1}'))).rejects.toThrow(message);
    await expect(change(world, put('d', '{"a":1}'))).rejects.toThrow(message);
    await expect(change(world, put('n', '{"a":1}'), put('n/x', '{"a":1}'))).rejects.toThrow(message);
    await expect(change(world, put('n/x/y', '{"a":1}'), put('n/x', '{"a":1}'))).rejects.toThrow(/^n\/x: cannot/);
    expect(head(world)).toBe(before);
  });

  test('but may change from one to the other in one request', async () => {
    const world = await withMetadata(put('f', '{"a":1}'), put('d/g', '{"a":1}'));
    await change(world, put('f/g', '{"b":2}'), put('f', '{}'), put('d', '{"b":3}'), put('d/g', '{}'));
    expect(records(world)).toEqual({ d: 'b: 3\n', 'f/g': 'b: 2\n' });
    await change(world, put('f', '{}'), put('d/x', '{}'), put('x/y/z', '{}'));
    expect(records(world)).toEqual({ d: 'b: 3\n', 'f/g': 'b: 2\n' });
  });
});

describe('expectations', () => {
  const stateOf = (world: World): string => gitNogCommitOf(readHeads(world.repo.gitDir));

  test('hold for the state before, also while the branch does not exist', async () => {
    const world = await makeWorld({ a: 'a\n' });
    await changeMetadata(world.repo, [put('f', '{"a":1}')], { ...OPTIONS, expectedGitNogCommit: stateOf(world) });
    const expectedCommit = oidFromHex(head(world));
    await changeMetadata(world.repo, [put('f', '{"a":2}')], { ...OPTIONS, expectedCommit, expectedGitNogCommit: stateOf(world) });
    expect(records(world)).toEqual({ f: 'a: 2\n' });
  });

  test('that fail change nothing, and the branch is not created', async () => {
    const world = await makeWorld({ a: 'a\n' });
    const stub = oidFromHex(head(world, 'master-stub'));
    const state = stateOf(world);
    await recordStat(world.repo, OPTIONS);
    const expecting = (expected: object) => changeMetadata(world.repo, [put('f', '{"a":1}')], { ...OPTIONS, ...expected });
    await expect(expecting({ expectedCommit: stub })).rejects.toThrow(/^old meta Git commit mismatch.*no branch master-meta/);
    await expect(expecting({ expectedGitNogCommit: state })).rejects.toThrow(/^old Git Nog commit mismatch/);
    await expect(expecting({ expectedGitNogCommit: state })).rejects.toThrow(FsoError);
    expect(readHeads(world.repo.gitDir).meta).toBeNull();
    await change(world, put('f', '{"a":1}'));
    await expect(expecting({ expectedCommit: stub })).rejects.toThrow(/^old meta Git commit mismatch/);
  });
});

test('waits for the lock of other writers, and names the holder', async () => {
  const world = await makeWorld({ a: 'a\n' });
  const lock = await acquireLock(`${world.repo.gitDir}/fso/lock-meta`, 'exclusive', { waitMs: 0, command: 'somebody else' });
  try {
    await expect(change(world, put('f', '{"a":1}'))).rejects.toThrow(LockedError);
    await expect(change(world, put('f', '{"a":1}'))).rejects.toThrow(/somebody else/);
  } finally {
    lock.release();
  }
  await change(world, put('f', '{"a":1}'));
});

test('changes by several processes are all kept', async () => {
  const world = await makeWorld({ a: 'a\n' });
  const [processes, rounds] = [3, 3];
  const run = async (process: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const { status, stderr } = await fsoAsync(['--wait', '60', 'meta', 'set', '.', `k${process}x${round}=1`], { cwd: world.shadow });
      expect([status, stderr.toString().replace(/^waiting for .*\n/gm, '')]).toEqual([0, '']);
    }
  };
  await Promise.all(Array.from({ length: processes }, (_, process) => run(process)));
  expect(records(world)['.nogtree']?.trim().split('\n')).toHaveLength(processes * rounds);
  expect(git(['rev-list', '--count', 'master-stub..master-meta'], world.shadow)).toBe(String(processes * rounds));
});
