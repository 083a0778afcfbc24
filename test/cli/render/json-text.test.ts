import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonField } from '../../../src/cli/render/json-text.js';
import { jsonText } from '../../../src/cli/render/json-text.js';

test('numbers keep all digits and the sign of zero', () => {
  expect(jsonText({ a: 9007199254740993n, b: [-0, 0, 1.5, -(2n ** 70n)] })).toBe(
    '{"a":9007199254740993,"b":[-0,0,1.5,-1180591620717411303424]}',
  );
});

test('means the same as JSON.stringify, in one line and without what a terminal obeys', () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
    const text = jsonText(value as JsonField);
    // JSON.stringify loses the sign of zero.
    expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(JSON.stringify(value))));
    expect(text).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  }), { examples: [['\x1b\x9b\u202e\u2028\x7f\n']] });
});
