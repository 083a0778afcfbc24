import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/util/time/durations.js';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
  ['1.5h', 5_400_000],
  ['10', 10_000],
  [10, 10_000],
  [' 3 s ', 3000],
])('%j is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', 's', '-1s', '1y', '1e3s', -1, Number.NaN, Number.POSITIVE_INFINITY, '99999999999999999w'])(
  '%j is no length of time',
  (text) => {
    expect(() => parseDuration(text)).toThrow(/is not a length of time; allowed: 500ms, 30s/);
  },
);

test('formatting and parsing are inverse', () => {
  fc.assert(fc.property(fc.nat(), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
  expect([0, 1500, 90_000, 7_200_000, 604_800_000].map(formatDuration)).toEqual(['0s', '1500ms', '90s', '2h', '1w']);
});
