import { expect, test } from 'vitest';
import { forecastOf } from '../../../src/history/growth/forecast.js';
import { theilSen } from '../../../src/history/growth/theil-sen.js';

const DAY = 86_400;
const NOW = 1_700_000_000;
/** A value a day, the last one now. */
const daily = (values: readonly number[]) =>
  values.map((value, index) => ({ time: NOW - (values.length - 1 - index) * DAY, value }));
const range = (length: number, value: (index: number) => number) => daily(Array.from({ length }, (_, index) => value(index)));
const inDays = (seconds: number | null): number | null => (seconds === null ? null : Math.round((seconds - NOW) / DAY));

test('the slope of a line is that of the line, however far apart its points are', () => {
  const points = [0, 1, 5, 6, 20].map((time) => ({ time, value: 3 * time + 7 }));
  const slope = theilSen(points);
  for (const value of [slope?.median, slope?.low, slope?.high]) expect(value).toBeCloseTo(3, 9);
});

test('a few outliers do not change the slope', () => {
  const points = Array.from({ length: 40 }, (_, time) => ({ time, value: time === 11 || time === 30 ? 1e6 : 2 * time }));
  expect(theilSen(points)?.median).toBeCloseTo(2, 9);
});

test('the range is that of slopes over at least half of the time', () => {
  // Slow, then twice as fast: over any half or more, the slope is between 1 and 2.
  const points = Array.from({ length: 41 }, (_, time) => ({ time, value: time <= 20 ? time : 20 + 2 * (time - 20) }));
  const { low, high, median } = theilSen(points) ?? { low: 0, high: 0, median: 0 };
  expect(low).toBeGreaterThanOrEqual(1);
  expect(low).toBeLessThan(1.3);
  expect(high).toBeLessThanOrEqual(2);
  expect(high).toBeGreaterThan(1.7);
  expect(median).toBeGreaterThanOrEqual(low);
});

test('one time has no slope', () => {
  expect(theilSen([])).toBeNull();
  expect(theilSen([{ time: 5, value: 1 }, { time: 5, value: 9 }])).toBeNull();
});

test('what grows steadily will be full when the free space is used up', () => {
  const forecast = forecastOf(range(30, (day) => 1000 * day), 50_000n, NOW);
  expect(forecast.state).toBe('full');
  expect(forecast.state === 'full' && [inDays(forecast.earliest), inDays(forecast.latest)]).toEqual([50, 50]);
});

test('what grows now and then has a range, and no latest date where it also shrank for long', () => {
  const uneven = forecastOf(range(40, (day) => (day <= 20 ? day : 20 + 3 * (day - 20))), 60n, NOW);
  expect(uneven).toMatchObject({ state: 'full' });
  if (uneven.state === 'full') expect(inDays(uneven.earliest)).toBeLessThan(inDays(uneven.latest) ?? 0);
  const upAndDown = forecastOf(range(40, (day) => (day <= 25 ? 10 * day : 250 - 12 * (day - 25))), 60n, NOW);
  expect(upAndDown).toMatchObject({ state: 'full', latest: null });
});

test.each([
  ['flat', range(30, () => 5)],
  ['shrinking', range(30, (day) => 1000 - day)],
  ['flat but for one jump', range(30, (day) => (day < 28 ? 5 : 500))],
])('what is %s is not growing', (_, past) => {
  expect(forecastOf(past, 1000n, NOW).state).toBe('not growing');
});

test('less than seven days say nothing, seven do', () => {
  expect(forecastOf(range(7, (day) => day), 10n, NOW)).toEqual({ state: 'unknown', reason: '7 days of records are needed; there are 6' });
  expect(forecastOf([], 10n, NOW)).toMatchObject({ state: 'unknown' });
  expect(forecastOf(range(8, (day) => day), 10n, NOW).state).toBe('full');
});

test('a date that is far away is none', () => {
  expect(forecastOf(range(30, (day) => day), 10n ** 15n, NOW).state).toBe('far away');
});
