import { beforeAll, expect, test } from 'vitest';
import type { Oid } from '../../src/git/object-id.js';
import { treeOfRevision } from '../../src/history/revision.js';
import { setGitEnvironment } from '../../src/git/run-git.js';
import { git } from '../harness/index.js';
import { RecordedRepository } from './recorded-tree.js';

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

test('anything else is null, with the reason', async () => {
  for (const revision of ['nowhere', 'master-stat~9', '-h', '--all', '', 'a\0b', 'master-stat..master-stub']) {
    const result = await treeOfRevision(repository.gitDir, revision, 'master-stat');
    expect(result, revision).toMatchObject({ tree: null, reason: expect.stringMatching(/./) });
  }
});
