import { expect, test } from 'vitest';
import type { Forecast } from '../../../src/history/growth/forecast.js';
import { barsOf } from '../../../src/cli/render/bars.js';
import { forecastLine, growthLines } from '../../../src/cli/render/growth-text.js';
import { Palette } from '../../../src/cli/render/palette.js';

const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;
const TIB = 1024n ** 4n;
const DAY = 86_400;

test('bars go from the lowest level to the highest, beyond what a double holds, too', () => {
  expect(barsOf([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n])).toBe('▁▂▃▄▅▆▇█');
  expect(barsOf([2n ** 63n, 2n ** 63n + 7n, 2n ** 63n])).toBe('▁█▁');
  expect(barsOf([5n, 5n])).toBe('▁▁');
  expect(barsOf([-3n, 0n])).toBe('▁█');
});

test.each<[string, Forecast]>([
  ['full between 2027-04 and 2027-08', { state: 'full', earliest: NOW + 140 * DAY, latest: NOW + 250 * DAY, perDay: 1 }],
  ['full between 2026-12-11 and 2027-08', { state: 'full', earliest: NOW + 10 * DAY, latest: NOW + 250 * DAY, perDay: 1 }],
  ['full in 2027-04', { state: 'full', earliest: NOW + 140 * DAY, latest: NOW + 141 * DAY, perDay: 1 }],
  ['full in 2027-04 at the earliest', { state: 'full', earliest: NOW + 140 * DAY, latest: null, perDay: 1 }],
  ['not growing', { state: 'not growing', perDay: 0 }],
  ['no forecast: so\\x1b', { state: 'unknown', reason: 'so\u001b' }],
])('a forecast says %s', (text, forecast) => {
  const space = { size: 400n * TIB, used: 310n * TIB, free: 80n * TIB };
  expect(forecastLine({ roots: ['/project'], space, forecast }, NOW)).toBe(`/project: 310 TiB of 400 TiB used, ${text}`);
});

const amount = (size: number) => ({ files: BigInt(size), size: BigInt(size) });
const row = (path: string, before: number, after: number, first = 0) => ({
  path, before: amount(before), after: amount(after), first: amount(first), levels: [BigInt(before), BigInt(after)],
});

test('rows are aligned, what was newly observed is no growth, and what is left out is summed up', () => {
  const rows = [row('/a\u001b', 100, 2000), row('/b', 0, 500, 400), row('/c', 9, 0), row('/d', 1, 2)];
  const growth = { rows, total: row('', 110, 2502, 400), times: [NOW - 14 * DAY, NOW] };
  expect([...growthLines(growth, 3, Palette.plain)].slice(0, 5)).toEqual([
    '  growth     size   files  over time  a week  path',
    '+1.9 KiB  2.0 KiB  +1,900  ▁█         +950 B  /a\\x1b',
    '  +100 B    500 B    +500  ▁█          +50 B  /b (newly observed: 400 B)',
    '    -9 B      0 B      -9  █▁           -4 B  /c',
    'and +1 B in 1 other path',
  ]);
  const [total, first] = [...growthLines(growth, 3, Palette.plain)].slice(5);
  expect(total).toMatch(/^▁█ 110 B → 2\.4 KiB, .*: \+1\.9 KiB, \+996 B a week$/);
  expect(first).toBe('newly observed, which is no growth: 400 B in 400 files');
});
