import { beforeAll, describe, expect, test } from 'vitest';
import { listMetadata, readMetadata } from '../../../src/facets/meta/read-metadata.js';
import type { RecordedEntries } from '../../history/recorded-tree.js';
import { RecordedRepository } from '../../history/recorded-tree.js';

let repository: RecordedRepository;

beforeAll(() => {
  repository = new RecordedRepository();
});

function list(entries: RecordedEntries): [string, unknown][] {
  const tree = repository.record('master-meta', entries);
  return repository.reading((reader) => [...listMetadata(reader, tree)].map(({ path, metadata }) => [path, Object.fromEntries(metadata)]));
}

test('lists by path in the order of Git, without configuration', () => {
  const entries = { '.gitignore': '*\n', '.nogtree': 'top: 1\n', '#a': 'x: 2\n', 'd/.nogtree': 'x: 3\n', 'd/-': 'x: 4\n', e: '' };
  expect(list(entries)).toEqual([['#a', { x: 2 }], ['.', { top: 1 }], ['d/-', { x: 4 }], ['d/', { x: 3 }], ['e', {}]]);
});

describe('damage is an error that names the path', () => {
  test.each([
    ['d/x', 'no colon\n', /^d\/x: line 1: no colon/],
    ['d/x', 'a: 1\nb: {\n', /^d\/x: line 2: not JSON/],
    ['d/x', { symlink: 'a' }, /^d\/x: a symlink/],
    ['d/x', { gitlink: '460621bc552cb53c75ac9e86d37fccf5ced88127' }, /^d\/x: a gitlink/],
  ])('%s %j', (path, entry, message) => {
    expect(() => list({ [path]: entry })).toThrow(message);
    const tree = repository.record('master-meta', { [path]: entry });
    expect(() => repository.reading((reader) => readMetadata(reader, tree, path))).toThrow(message);
  });
});

test('reads one path; what is absent has no keys', () => {
  const tree = repository.record('master-meta', { '.nogtree': 'a: 1\n', 'd/.nogtree': 'a: 2\n', 'd/f': 'a: 3\n' });
  const read = (path: string): unknown => repository.reading((reader) => Object.fromEntries(readMetadata(reader, tree, path)));
  expect([read('.'), read('d/'), read('d/f')]).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  expect([read('x'), read('d'), read('d/f/'), read('x/y')]).toEqual([{}, {}, {}, {}]);
  expect(repository.reading((reader) => readMetadata(reader, null, '.').size)).toBe(0);
});
