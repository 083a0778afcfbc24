import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePointWidth, utf8Width } from '../../../src/util/text/character-width.js';

describe('utf8Width', () => {
  test('agrees with the decoder: a character is what decodes to a code point, or a lone byte', () => {
    const bytes = fc.array(
      fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const isOneCharacter = (buffer: Buffer) => {
      try {
        return [...new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer)].length === 1;
      } catch {
        return false;
      }
    };
    fc.assert(fc.property(bytes, (values) => {
      const buffer = Buffer.from(values);
      const expected = [1, 2, 3, 4].find((width) => width <= buffer.length && isOneCharacter(buffer.subarray(0, width))) ?? 1;
      expect(utf8Width(buffer.toString('latin1'), 0)).toBe(expected);
    }), { numRuns: 20_000 });
  });
});

describe('codePointWidth', () => {
  test('counts surrogate pairs as one character', () => {
    expect([codePointWidth('a😀', 0), codePointWidth('a😀', 1), codePointWidth('\ud83d', 0)]).toEqual([1, 2, 1]);
  });
});
