import { expect, test } from 'vitest';
import { fileShaRecord, fileStatRecord } from '../../../src/record/records.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { Checksums } from '../../../src/history/states/checksums.js';
import type { ListedEntry } from '../../../src/history/states/listed-entries.js';
import { listEntries } from '../../../src/history/states/listed-entries.js';
import { RepoHistory } from '../../../src/history/states/repo-history.js';
import { git } from '../../harness/index.js';
import { RecordedRepository } from '../recorded-tree.js';

const START = 1_600_000_000;
const HOUR = 3600;
const TOP = 'name: "root"\n';

const stat = (size: number, mtime: number): string => fileStatRecord('f', size, mtime);
const sha = (size: number, digit: string): string => fileShaRecord('f', size, digit.repeat(40), digit.repeat(64));

/** Records of `f`, by hour. */
function recorded(stats: Readonly<Record<number, string>>, shas: Readonly<Record<number, string>>): RecordedRepository {
  const repository = new RecordedRepository();
  for (const [hour, text] of Object.entries(stats)) {
    repository.record('master-stat', { '.nogtree': TOP, 'd/f': text }, START + Number(hour) * HOUR);
  }
  for (const [hour, text] of Object.entries(shas)) {
    repository.record('master-sha', { '.nogtree': TOP, 'd/f': text }, START + Number(hour) * HOUR);
  }
  return repository;
}

/** The digit of the checksum that the file has at an hour; null if none is known. */
function digitAt(repository: RecordedRepository, hour: number): string | null {
  const history = new RepoHistory(ShadowRepo.open(repository.dir));
  try {
    const state = history.at(START + hour * HOUR);
    return state === null ? null : (new Checksums(history).of('d/f', state)?.sha256[0] ?? null);
  } finally {
    history.close();
  }
}

test('a checksum belongs to the state that was recorded when it came, from the beginning of that state on', () => {
  const stats = { 0: stat(5, 100), 10: stat(5, 200), 20: stat(7, 300) };
  const repository = recorded(stats, { 1: sha(5, 'a'), 11: sha(5, 'b'), 21: sha(7, 'c') });
  expect([0, 5, 10, 12, 20, 22].map((hour) => digitAt(repository, hour))).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
});

test('a file that was edited within its size has no checksum until it is hashed again', () => {
  const repository = recorded({ 0: stat(5, 100), 10: stat(5, 200) }, { 1: sha(5, 'a') });
  expect([5, 10, 15].map((hour) => digitAt(repository, hour))).toEqual(['a', null, null]);
});

test('a checksum of another size is not that of the file', () => {
  const repository = recorded({ 0: stat(5, 100) }, { 1: sha(6, 'a') });
  expect(digitAt(repository, 2)).toBeNull();
});

test('where it is known what was hashed, that decides about the newest state', () => {
  const hashedAs = (repository: RecordedRepository, seconds: number): void => {
    repository.record('hashed', { 'd/.nogseen': `5 ${BigInt(seconds) * 1_000_000_000n + 7n} 99 f\0` });
    git(['update-ref', 'refs/fso/sha-seen', 'hashed^{tree}'], repository.dir);
  };
  const edited = recorded({ 0: stat(5, 100) }, { 1: sha(5, 'a') });
  hashedAs(edited, 101);
  expect(digitAt(edited, 2)).toBeNull();
  // Touched, and hashed again: the checksum is the old one.
  const touched = recorded({ 0: stat(5, 100), 10: stat(5, 200) }, { 1: sha(5, 'a') });
  hashedAs(touched, 200);
  expect([5, 11].map((hour) => digitAt(touched, hour))).toEqual(['a', 'a']);
  const early = recorded({ 0: stat(5, -2) }, { 1: sha(5, 'a') });
  hashedAs(early, -2);
  expect(digitAt(early, 2)).toBe('a');
});

test('lists what was recorded at a time, with the sum of the whole and without the records of directories', async () => {
  const repository = new RecordedRepository();
  repository.record('master-stat', { '.gitignore': '' }, START);
  repository.record(
    'master-stat',
    {
      '.nogtree': 'name: "root"\nmtime: 9\ndirs: 3\nfiles: 4\nlinks: 1\nothers: 0\nsize: 77\n',
      'd/.nogtree': 'name: "d"\nmtime: 5\n',
      'd/f': stat(5, 100),
      'd/l': { symlink: 'f' },
      'n/x/f': stat(6, 100),
      b: 'name: "b"\nmtime: 6\ndirs: 1\nfiles: 2\nlinks: 0\nothers: 0\nsize: 50\n',
    },
    START + HOUR,
  );
  const history = new RepoHistory(ShadowRepo.open(repository.dir));
  try {
    const at = async (seconds: number): Promise<unknown> => {
      const state = history.at(seconds);
      if (state === null) return null;
      const entries: ListedEntry[] = [];
      for await (const piece of listEntries(history, state, {}, '', (path) => path !== 'n/x')) entries.push(...piece);
      return entries.map(({ path, kind, size, files, mtime }) => [path, kind, size, files, mtime]);
    };
    // The stub alone is no record yet.
    expect(await at(START)).toBeNull();
    expect(await at(Number.POSITIVE_INFINITY)).toEqual([
      ['', 'summary', 77, 4, 9],
      ['b', 'summary', 50, 2, 6],
      ['d/f', 'file', 5, 1, 100],
      ['d/l', 'link', 0, 0, null],
    ]);
  } finally {
    history.close();
  }
});
