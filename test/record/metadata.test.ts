import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/record/metadata-json.js';
import { compactJson, metadataJson, parseJson, parseMetadata } from '../../src/record/metadata-json.js';
import { decodeMetadata, encodeMetadata } from '../../src/record/metadata.js';
import { FsoError, UsageError } from '../../src/util/errors.js';

const encode = (json: string): string => encodeMetadata(parseMetadata(json));
const decode = (text: string | Buffer): string => metadataJson(decodeMetadata(Buffer.from(text)));

describe('parsing', () => {
  test('of duplicate keys the last one wins, at any level, also if they differ in lone surrogates only', () => {
    expect(encode('{"a":1,"b":{"c":1,"c":2},"a":3}')).toBe('a: 3\nb: {"c":2}\n');
    expect(encode('{"\\ud800":1,"\\udfff":2,"\\ud801":3}')).toBe('\ufffd: 3\n');
    expect(encode('{"\\ud83d\\ude00":1,"\\ud83d":2}')).toBe('\ufffd: 2\n\u{1f600}: 1\n');
  });

  test('a lone surrogate is replaced, a pair and an escaped backslash before a `u` are not', () => {
    expect(parseJson(String.raw`["\ud800","\udc00","\ud83d\ude00","\\ud800","\\\ud800","\ud800\ud83d\ude00","\ud800\u0041"]`))
      .toEqual(['\ufffd', '\ufffd', '\u{1f600}', '\\ud800', '\\\ufffd', '\ufffd\u{1f600}', '\ufffdA']);
    expect(parseJson('"a\ud800"')).toBe('a\ufffd');
  });

  test('keys that mean something in JavaScript are ordinary', () => {
    expect(encode('{"__proto__":{"x":1},"constructor":2,"1":3}')).toBe('1: 3\n__proto__: {"x":1}\nconstructor: 2\n');
  });

  test.each([
    '',
    '{',
    '[]',
    '"a"',
    '1',
    'true',
    '{"a":}',
    '{a:1}',
    '{"a":1,}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":1e999}',
    '\ufeff{}',
    '{"a":"\t"}',
    '{} {}',
  ])('refuses %j', (json) => expect(() => parseMetadata(json)).toThrow(UsageError));

  test('refuses what is nested too deep for the stack', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(encode(nested(500))).toContain('[[[');
    expect(() => parseMetadata(nested(1100))).toThrow(/nested deeper/);
    expect(() => parseMetadata(nested(1_000_000))).toThrow(UsageError);
  });
});

describe('records', () => {
  test('are sorted by the bytes of the keys', () => {
    expect(encode('{"b":{"\u{1f600}":1,"\uff5e":2,"B":3,"10":4,"9":5},"a":0,"\u{e9}":6}'))
      .toBe('a: 0\nb: {"10":4,"9":5,"B":3,"\uff5e":2,"\u{1f600}":1}\n\u{e9}: 6\n');
  });

  test('have numbers in shortest form', () => {
    expect(encode('{"a":[-0,-0.0,1.0,1e2,1e21,1e-7,0.000001,5e-324,1.7976931348623157e308,12345678901234567890]}'))
      .toBe('a: [-0,-0,1,100,1e+21,1e-7,0.000001,5e-324,1.7976931348623157e+308,12345678901234567000]\n');
  });

  test('escape what must be, and nothing else', () => {
    expect(encode(String.raw`{"a":"\b\f\n\r\t\u0000\u001f\u007f\u0085\u2028\u2029<>&\/\"\\é"}`))
      .toBe('a: "\\u0008\\u000c\\n\\r\\t\\u0000\\u001f\u007f\u0085\\u2028\\u2029<>&/\\"\\\\é"\n');
  });

  test('refuse keys that could not be read back', () => {
    for (const key of ['a:b', ':', 'a\nb', '\n']) {
      expect(() => encodeMetadata(new Map([[key, 1]])), key).toThrow(UsageError);
      expect(() => encodeMetadata(new Map([[key, 1]])), key).toThrow(JSON.stringify(key));
    }
  });

  test('are read with white space around the whole, and duplicate lines', () => {
    expect(decode('\n\u00a0 a:1\nb:\t{ "x" : [ ] } \r\na: 2\n\u2003\n')).toBe('{"a":2,"b":{"x":[]}}');
    expect(decode('')).toBe('{}');
    expect(decode(' \n ')).toBe('{}');
    expect(decode(': 1\n')).toBe('{"":1}');
  });

  test.each([
    ['a\n', 'line 1: no colon'],
    ['\n\na: 1\nb\n', 'line 4: no colon'],
    ['a: 1\n\nb: 2\n', 'line 2: no colon'],
    ['a: 1\nb: \n', 'line 2: not JSON'],
    ['a: 1 2\n', 'line 1: not JSON'],
    ['a: x\n', 'line 1: not JSON'],
    ['a: 1e999\n', 'line 1: a number'],
  ])('%j is an error that gives the line', (text, message) => {
    expect(() => decode(text)).toThrow(FsoError);
    expect(() => decode(text)).toThrow(message);
  });

  test('white space inside does not take quadratic time', () => {
    const started = performance.now();
    expect(() => decode(`a: 1\n${' '.repeat(1_000_000)}x`)).toThrow(/line 2/);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('any bytes are read, or refused with an FsoError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        decode(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(FsoError);
      }
    }));
  });
});

describe('both directions', () => {
  const sameAsParsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

  test('compact JSON means the same to another parser', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      // JSON.stringify loses the sign of zero, which compactJson keeps; both parse to numbers that are equal.
      expect(sameAsParsed(JSON.parse(compactJson(value as JsonValue)))).toEqual(sameAsParsed(value));
    }));
  });

  test('what is written is read back, sign of zero included', () => {
    const key = fc.string({ unit: 'binary' }).filter((text) => !/[:\n]/.test(text) && text.trim() === text && !/^[\u0085]/.test(text));
    fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), (object) => {
      const metadata = new Map(Object.entries(object as Record<string, JsonValue>));
      const record = encodeMetadata(metadata);
      const back = decodeMetadata(Buffer.from(record, 'utf8'));
      expect(metadataJson(back)).toBe(metadataJson(metadata));
      expect(encodeMetadata(back)).toBe(record);
    }));
  });
});
