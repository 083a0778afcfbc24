import { expect, test } from 'vitest';
import { metadataFile, metadataPath } from '../../src/record/metadata-path.js';
import { UsageError } from '../../src/util/errors.js';

test.each([
  ['.', '.nogtree'],
  ['a', 'a'],
  ['a/', 'a/.nogtree'],
  ['a/b/', 'a/b/.nogtree'],
  ['.hidden/.nobundle', '.hidden/.nobundle'],
  ['\xff/a b', '\xff/a b'],
])('%j is in %j, and back', (path, file) => {
  expect(metadataFile(path)).toBe(file);
  expect(metadataPath(file)).toBe(path);
});

test('a record may be named by its own name', () => {
  expect(metadataFile('.nogtree')).toBe('.nogtree');
  expect(metadataFile('a/.nogtree')).toBe('a/.nogtree');
});

test.each([
  '',
  '/',
  '/a',
  'a//b',
  'a//',
  './a',
  'a/./b',
  '..',
  '../a',
  'a/..',
  '.git',
  '.GIT/x',
  'a/.git',
  '.gitignore',
  '.nogx/a',
  '.nogtree/a',
  'a\0b',
  `${'a/'.repeat(3000)}b`,
])('%j is refused', (path) => expect(() => metadataFile(path)).toThrow(UsageError));
