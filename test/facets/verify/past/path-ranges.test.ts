import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addRange, lastReadings, StretchFinder } from '../../../../src/facets/verify/past/path-ranges.js';
import type { ReadRange } from '../../../../src/record/readings.js';
import { formatReadings, NO_READINGS, parseReadings, successorOf } from '../../../../src/record/readings.js';

/** Paths in their order; names that sort around a slash, bytes that are not UTF-8, and control characters among them. */
const NAMES = ['a', 'a\x01', 'a b', 'a.txt', 'a/b', 'a/b/c', 'a/b0', 'a0', 'b\xe9', 'b\xff\xff', 'c\n"\\', 'd/\xc3\xa4', 'e', 'z'];
const PATHS = NAMES.sort();

const bound = fc.nat(PATHS.length);

/** A reading of the paths from one place in their order to before another one. */
const reading = fc.tuple(bound, bound, fc.boolean()).map(([first, second, toEnd]) => {
  const [start, end] = [Math.min(first, second), Math.max(first, second)];
  return { start, end: toEnd ? PATHS.length : end, toEnd };
});

function rangeOf({ start, end, toEnd }: { start: number; end: number; toEnd: boolean }, at: number): ReadRange {
  const from = start === 0 ? '' : successorOf(PATHS[start - 1] ?? '');
  const until = toEnd ? null : successorOf(PATHS[end - 1] ?? '');
  return { from, until, begin: at, end: at, files: end - start, bytes: 10 * (end - start) };
}

const readings = fc.array(reading, { maxLength: 40 }).map((all) => all.filter(({ start, end }) => start < end));

it('know the last reading of each path, however many there were', () => {
  fc.assert(
    fc.property(readings, (all) => {
      let ranges: readonly ReadRange[] = [];
      const last = new Map<string, number>();
      for (const [at, each] of all.entries()) {
        ranges = addRange(ranges, rangeOf(each, at), false);
        for (const path of PATHS.slice(each.start, each.end)) last.set(path, at);
      }
      const finder = new StretchFinder(lastReadings(ranges));
      const found = (path: string): number | undefined => finder.rangeOf(path)?.begin;
      expect(PATHS.map(found)).toEqual(PATHS.map((path) => last.get(path)));
      expect(PATHS.toReversed().map(found)).toEqual(PATHS.toReversed().map((path) => last.get(path)));
    }),
  );
});

it('do not grow with the number of readings: each has something that was not read later', () => {
  fc.assert(
    fc.property(readings, (all) => {
      const ranges = all.reduce<readonly ReadRange[]>((before, each, at) => addRange(before, rangeOf(each, at), false), []);
      const stretches = lastReadings(ranges);
      for (const range of ranges) expect(stretches.some((stretch) => stretch.range === range)).toBe(true);
      expect(ranges.length).toBeLessThanOrEqual(PATHS.length + 1);
    }),
  );
});

it('become one where a run goes on', () => {
  const [first, second] = [rangeOf({ start: 0, end: 3, toEnd: false }, 1), rangeOf({ start: 3, end: 9, toEnd: false }, 2)];
  expect(addRange([first], second, true)).toEqual([{ ...second, from: '', begin: 1, files: 9, bytes: 90 }]);
  expect(addRange([first], second, false)).toEqual([first, second]);
});

it('forget the smallest where they would take up too much', () => {
  const long = 'x'.repeat(2000);
  const ranges = Array.from({ length: 100 }, (_, at) => {
    const name = `${long}${String(at).padStart(3, '0')}`;
    return { from: name, until: successorOf(name), begin: at, end: at, files: at === 10 ? 1000 : 1 + (at % 7), bytes: 1 };
  });
  const kept = ranges.reduce<readonly ReadRange[]>((before, range) => addRange(before, range, false), []);
  expect(Buffer.byteLength(formatReadings({ ...NO_READINGS, ranges: kept }))).toBeLessThanOrEqual(64 * 1024);
  expect(kept.map(({ begin }) => begin)).toEqual(expect.arrayContaining([10, 99]));
});

it('are the same when they were written and read again', () => {
  const state = fc.record({
    round: fc.option(fc.nat()),
    next: fc.option(fc.constantFrom(...PATHS, ...PATHS.map(successorOf), ...PATHS.map((path) => `${path}0`))),
    ranges: readings.map((all) => all.map(rangeOf)),
  });
  fc.assert(
    fc.property(state, (each) => {
      expect(parseReadings(Buffer.from(formatReadings(each), 'utf8'))).toEqual(each);
    }),
  );
});

it('that are damaged are none', () => {
  const texts = [
    'x',
    '- {',
    '- {"to":"a"}',
    'readings:\n- {"from":"a","begin":"1","end":1,"files":1,"bytes":1}\n',
    'round: "x"\nreadings:\n',
  ];
  for (const text of texts) expect(parseReadings(Buffer.from(text))).toBeNull();
});
