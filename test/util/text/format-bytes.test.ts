import { expect, test } from 'vitest';
import { formatBytes } from '../../../src/util/text/format-bytes.js';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536n, '1.5 KiB'],
  [10_200, '10 KiB'],
  [10_239, '10 KiB'],
  [1_048_575, '1.0 MiB'],
  [-1_047_860, '-1023 KiB'],
  [-1536, '-1.5 KiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
