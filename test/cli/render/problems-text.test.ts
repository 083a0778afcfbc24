import { expect, test } from 'vitest';
import { problemsText } from '../../../src/cli/render/problems-text.js';
import type { StoredProblem } from '../../../src/shadow/remembered/problem-store.js';

const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
const FULL: StoredProblem = {
  path: '/p/a', part: 'stat', message: 'no space left', remedy: 'free space', since: at(2), last: at(5), count: 2, retryAt: at(9),
};

test('what several facets have alike is told once: since the first, as often as the most frequent, until the last', () => {
  const text = problemsText([FULL, { ...FULL, part: 'sha', since: at(1), last: at(6), count: 7, retryAt: at(8) }]);
  expect(text).toMatch(
    /^\/p\/a \(stat, sha\)\n {2}no space left\n {2}free space\n {2}since 2026-01-01.*, 7 times, last 2026-01-06.*from 2026-01-08.*\n$/,
  );
});

test.each([
  ['another directory', { path: '/p/b' }],
  ['another message', { message: 'read-only' }],
  ['another way out', { remedy: null }],
])('%s is a problem of its own', (_what, other) => {
  expect(problemsText([FULL, { ...FULL, part: 'sha', ...other }]).match(/^\//gm)).toHaveLength(2);
});
