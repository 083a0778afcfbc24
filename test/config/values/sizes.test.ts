import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSize, parseSize } from '../../../src/config/values/sizes.js';

test.each([
  [0, 0],
  [2000, 2000],
  ['2000', 2000],
  ['2k', 2048],
  ['2K', 2048],
  ['5m', 5 * 1024 ** 2],
  ['20g', 20 * 1024 ** 3],
  ['2t', 2 * 1024 ** 4],
])('%j is %d', (text, size) => {
  expect(parseSize(text)).toBe(size);
});

test.each(['', 'k', '-1', -1, '1.5g', 1.5, '2kb', '1e3', '0x10', Number.NaN, '8193t', '99999999999999999999'])('%j is no size', (text) => {
  expect(() => parseSize(text)).toThrow(/is not a size; allowed: a whole number, also with k, m, g or t/);
});

test('formatting and parsing are inverse', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (size) => parseSize(formatSize(size)) === size));
  expect([2048, 2000, 0, 1024 ** 5].map(formatSize)).toEqual(['2k', '2000', '0', '1024t']);
});
