import { expect, test } from 'vitest';
import { oidToHex } from '../../src/git/objects/object-id.js';
import type { HeadFacet } from '../../src/shadow/facets.js';
import type { ShownEntry } from '../../src/history/show.js';
import { fieldsOf, metadataOf, showPath } from '../../src/history/show.js';
import { git } from '../harness/index.js';
import { RecordedRepository } from './recorded-tree.js';

const refOf = (facet: HeadFacet): string => `refs/heads/master-${facet}`;

function recorded(): RecordedRepository {
  const repository = new RecordedRepository();
  repository.record('master-stat', {
    '.nogtree': 'mtime: 1\n',
    '.gitignore': '*\n',
    'd/.nogtree': 'mtime: 2\n',
    'd/f': 'size: 3\n',
    'e/g/h': '',
    l: { symlink: 'x' },
  });
  repository.record('master-meta', { 'd/f': 'note: "x"\n' });
  repository.record('master-content', { 'd/f': 'content' });
  return repository;
}

const text = (entry: ShownEntry | null): string | undefined => entry?.body.toString();

test('shows what each branch has', () => {
  const { gitDir, dir } = recorded();
  const shown = showPath(gitDir, refOf, 'd/f');
  expect([text(shown.stat), shown.sha, text(shown.meta), text(shown.content)]).toEqual(['size: 3\n', null, 'note: "x"\n', 'content']);
  expect(oidToHex(shown.stat!.commit)).toBe(git(['rev-parse', 'master-stat'], dir));
  expect(fieldsOf('d/f', shown.stat!).get('size')).toBe(3);
  expect(metadataOf('d/f', shown.meta!).get('note')).toBe('x');
});

test('a directory is shown by its record, and as such without one', () => {
  const { gitDir } = recorded();
  expect(text(showPath(gitDir, refOf, 'd').stat)).toBe('mtime: 2\n');
  expect(showPath(gitDir, refOf, 'd').content).toMatchObject({ kind: 'directory' });
  expect(showPath(gitDir, refOf, 'e/g').stat).toMatchObject({ kind: 'directory' });
  expect(showPath(gitDir, refOf, 'l').stat).toMatchObject({ kind: 'symlink', body: Buffer.from('x') });
});

test('the toplevel is shown where it has a record', () => {
  const { gitDir } = recorded();
  const shown = showPath(gitDir, refOf, '');
  expect([text(shown.stat), shown.meta, shown.content]).toEqual(['mtime: 1\n', null, null]);
});

test('a path that no branch has is an error that names it', () => {
  const { gitDir } = recorded();
  for (const path of ['x', 'd/f/x', '.gitignore', 'd/x'])
    expect(() => showPath(gitDir, refOf, path), path).toThrow(`${path}: not recorded`);
});

test('damaged records are errors that name the path', () => {
  const repository = new RecordedRepository();
  repository.record('master-stat', { 'd/f': 'a: [' });
  repository.record('master-meta', { 'd/f': 'a\n' });
  const shown = showPath(repository.gitDir, refOf, 'd/f');
  expect(() => fieldsOf('d/f', shown.stat!)).toThrow(/^d\/f: the record is not a YAML mapping/);
  expect(() => metadataOf('d/f', shown.meta!)).toThrow(/^d\/f: line 1: no colon/);
});
