import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketEnds, dayEdges } from '../../../src/history/growth/day-edges.js';

const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const at = (text: string): number => Date.parse(text) / 1000;
const HOUR = 3600;

test('a period is cut at local midnights, also where a day has 23 or 25 hours', () => {
  const spring = dayEdges(at('2026-03-28T15:00:00+01:00'), at('2026-03-31T08:00:00+02:00'));
  const texts = ['2026-03-28T15:00:00+01:00', '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00', '2026-03-31T00:00:00+02:00'];
  expect(spring).toEqual([...texts, '2026-03-31T08:00:00+02:00'].map(at));
  const autumn = dayEdges(at('2026-10-25T00:00:00+02:00'), at('2026-10-27T00:00:00+01:00'));
  expect(autumn.map((edge) => (edge - (autumn[0] ?? 0)) / HOUR)).toEqual([0, 25, 49]);
});

test('a period within one day has its two ends only', () => {
  const since = at('2026-06-01T10:00:00Z');
  expect(dayEdges(since, since + HOUR)).toEqual([since, since + HOUR]);
});

test('edges ascend, from one end to the other, and are not too many', () => {
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(seconds, seconds, (one, other) => {
      const [since, until] = [Math.min(one, other), Math.max(one, other) + 1];
      const edges = dayEdges(since, until);
      expect([edges[0], edges.at(-1)]).toEqual([since, until]);
      expect(edges.length).toBeLessThanOrEqual(3662);
      expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('buckets end with the last edge, are all as long, but perhaps the first, and not too many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 400 }), fc.integer({ min: 1, max: 30 }), (count, most) => {
      const ends = bucketEnds(Array.from({ length: count }, (_, index) => index), most);
      expect(ends.at(-1)).toBe(count - 1);
      expect(ends.length).toBeLessThanOrEqual(most);
      const lengths = ends.map((end, index) => end - (index === 0 ? 0 : (ends[index - 1] ?? 0)));
      expect(new Set(lengths.slice(1)).size).toBeLessThanOrEqual(1);
      expect(lengths[0]).toBeLessThanOrEqual(lengths[1] ?? count);
    }),
  );
});
