import { beforeAll, expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { treeOfRevision } from '../../../src/history/times/revision.js';
import { setGitEnvironment } from '../../../src/git/process/run-git.js';
import { git } from '../../harness/index.js';
import { RecordedRepository } from '../recorded-tree.js';

const DAY = 86_400;
const START = 1_500_000_000;

let repository: RecordedRepository;
let trees: readonly Oid[];

beforeAll(() => {
  setGitEnvironment(process.env);
  repository = new RecordedRepository();
  trees = ['a', 'b', 'c'].map((name, index) => repository.record('master-stat', { [name]: '' }, START + index * DAY));
  repository.record('master-stub', { stub: '' }, START);
  git(['symbolic-ref', 'HEAD', 'refs/heads/master-stub'], repository.dir);
});

async function resolve(revision: string): Promise<Oid | null> {
  return (await treeOfRevision(repository.gitDir, revision, 'master-stat')).tree;
}

test('branches, ancestors, ids and their beginnings, trees', async () => {
  expect(await resolve('master-stat')).toBe(trees[2]);
  expect(await resolve('refs/heads/master-stat~2')).toBe(trees[0]);
  const id = git(['rev-parse', 'master-stat^'], repository.dir);
  expect(await resolve(id)).toBe(trees[1]);
  expect(await resolve(id.slice(0, 12))).toBe(trees[1]);
  expect(await resolve(git(['rev-parse', 'master-stat^{tree}'], repository.dir))).toBe(trees[2]);
});

test('a date without a branch is about the records, not about the stub that HEAD names', async () => {
  const at = (days: number): string => new Date((START + days * DAY) * 1000).toISOString();
  expect(await resolve(`@{${at(1.5)}}`)).toBe(trees[1]);
  expect(await resolve(`master-stat@{${at(0.5)}}`)).toBe(trees[0]);
  expect(await resolve('@{1}')).toBe(trees[1]);
});

test('a date is answered from the history, not from the reflog', async () => {
  const other = new RecordedRepository();
  // The clock ran back for the third one, whose time is that of the second one then.
  const days = [0, 10, 5, 20];
  const recorded = days.map((day) => other.record('master-stat', { [`d${day}`]: '' }, START + day * DAY));
  const at = async (revision: string): Promise<Oid | null> => (await treeOfRevision(other.gitDir, revision, 'master-stat')).tree;
  const iso = (day: number): string => `@{${new Date((START + day * DAY) * 1000).toISOString()}}`;
  const check = async (): Promise<void> => {
    expect(await at(iso(0))).toBe(recorded[0]);
    expect(await at(iso(7))).toBe(recorded[0]);
    expect(await at(iso(10))).toBe(recorded[2]);
    expect(await at(`master-stat${iso(12)}`)).toBe(recorded[2]);
    expect(await at(`${iso(12)}~1`)).toBe(recorded[1]);
    expect(await at('@{now}')).toBe(recorded[3]);
    expect(await at('@{yesterday}')).toBe(recorded[3]);
    expect(await at(`refs/heads/master-stat@{${START + 11 * DAY}}`)).toBe(recorded[2]);
    await expect(at(iso(-1))).rejects.toThrow(/^master-stat: nothing is recorded at 2017-07-13T.*; records begin 2017-07-14T/);
    expect(await treeOfRevision(other.gitDir, '@{no such day}', 'master-stat')).toMatchObject({
      tree: null,
      reason: '"no such day" is not a date',
    });
  };
  await check();
  git(['reflog', 'expire', '--expire=now', '--all'], other.dir);
  git(['gc', '-q', '--prune=now'], other.dir);
  await check();
});

test('only first parents count, and a shallow clone begins where it was cut', async () => {
  const other = new RecordedRepository();
  const [first, second] = [1, 2].map((day) => other.record('master-stat', { [`d${day}`]: '' }, START + day * DAY));
  const side = git(['commit-tree', '-m', 'side', git(['hash-object', '-t', 'tree', '/dev/null', '-w'], other.dir)], other.dir);
  const id = git(['commit-tree', '-m', 'merge', '-p', 'master-stat', '-p', side, 'master-stat^{tree}'], other.dir);
  git(['update-ref', 'refs/heads/master-stat', id], other.dir);
  const date = `@{${new Date((START + 2 * DAY) * 1000).toISOString()}}`;
  expect(await treeOfRevision(other.gitDir, date, 'master-stat')).toEqual({ tree: second });
  const shallow = new RecordedRepository();
  git(['fetch', '-q', '--depth=2', `file://${other.dir}`, 'master-stat:master-stat'], shallow.dir);
  expect(await treeOfRevision(shallow.gitDir, date, 'master-stat')).toEqual({ tree: second });
  await expect(treeOfRevision(shallow.gitDir, `@{${START + DAY}}`, 'master-stat')).rejects.toThrow(/records begin 2017-07-16/);
  expect(await treeOfRevision(other.gitDir, `@{${START + DAY}}`, 'master-stat')).toEqual({ tree: first });
});

test('anything else is null, with the reason', async () => {
  for (const revision of ['nowhere', 'master-stat~9', '-h', '--all', '', 'a\0b', 'master-stat..master-stub']) {
    const result = await treeOfRevision(repository.gitDir, revision, 'master-stat');
    expect(result, revision).toMatchObject({ tree: null, reason: expect.stringMatching(/./) });
  }
});
