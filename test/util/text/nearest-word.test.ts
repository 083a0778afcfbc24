import { expect, test } from 'vitest';
import { allowedWords, nearestWord } from '../../../src/util/text/nearest-word.js';

const KEYS = ['shadow', 'roots', 'repo', 'superrepo', 'maxFiles', 'sha', 'stat'];

test.each([
  ['shaodw', 'shadow'],
  ['shadows', 'shadow'],
  ['root', 'roots'],
  ['Repo', 'repo'],
  ['maxfile', 'maxFiles'],
  ['stats', 'stat'],
  ['', null],
  ['x', null],
  ['completely', null],
])('%j is nearest to %j', (word, nearest) => {
  expect(nearestWord(word, KEYS)).toBe(nearest);
});

test('the hint names the allowed words', () => {
  expect(allowedWords('repoo', ['enter', 'repo'])).toBe('allowed: enter, repo (did you mean repo?)');
  expect(allowedWords('x', ['enter', 'repo'])).toBe('allowed: enter, repo');
});
