import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfText, textOfBytes } from '../../src/util/byte-string.js';
import { fuzz } from './fuzz.js';

/** What is nearly UTF-8 is where mistakes are. */
const PIECES = ['a', '/', '=', 'ü', '€', '😀', '\uFFFD'].map((text) => Buffer.from(text, 'utf8'));
const argument = fc.array(fc.oneof(
  fc.constantFrom(...PIECES),
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.constantFrom([0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xed, 0xb2, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80]),
).map((bytes) => Buffer.from(bytes)), { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));

describe('texts that stand for any bytes', () => {
  it('give back the bytes', () => {
    fuzz(argument, (bytes) => {
      const operand = textOfBytes(bytes.toString('latin1'));
      expect(Buffer.from(bytesOfText(operand), 'latin1')).toEqual(bytes);
      const text = bytes.toString('utf8');
      if (Buffer.from(text, 'utf8').equals(bytes)) expect(operand).toBe(text);
    });
  });

  it('are cut where their bytes are', () => {
    fuzz(fc.tuple(argument, argument), ([left, right]) => {
      const operand = textOfBytes(Buffer.concat([left, Buffer.from('='), right]).toString('latin1'));
      const [first = '', ...rest] = operand.split('=');
      const parts = Buffer.concat([left, Buffer.from('='), right]).toString('latin1').split('=');
      expect([first, ...rest].map(bytesOfText)).toEqual(parts);
    });
  });
});
