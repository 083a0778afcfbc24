import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../src/realdir/attributes/attribute-line.js';
import { convertToGit } from '../../src/realdir/attributes/content-filter.js';
import { looksBinary } from '../../src/realdir/attributes/line-endings.js';
import { toUtf8 } from '../../src/realdir/attributes/working-tree-encoding.js';
import { fuzz } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const CONTENT: Language = {
  words: [
    '\r\n',
    '\r',
    '\n',
    '\0',
    '\x1a',
    '$Id',
    '$Id:',
    '$Id: x$',
    '$',
    'a',
    '\xff\xfe',
    '\xfe\xff',
    '\xff\xfe\0\0',
    '\xd8\x00',
    '\xdc\x00',
    '\xef\xbb\xbf',
    '\xe9',
    '\x81',
    '\x1b',
    ' ',
  ],
  valid: [
    'text\r\n$Id: 1234 $\r\nmore\n',
    Buffer.from('\ufeffgr\u00fcn\r\n', 'utf16le'),
    Buffer.from('gr\u00fcn \u{1f600}\r\n', 'utf16le'),
  ],
};
const ENCODINGS = [
  'utf-16',
  'UTF-16LE',
  'utf-16be',
  'utf16le-bom',
  'utf-32',
  'utf32le',
  'UTF-32BE',
  'utf-8',
  'latin1',
  'us-ascii',
  'windows-1252',
  'cp1252',
  'koi8-r',
  'iso-8859-15',
  'iso8859-6',
  'shift_jis',
  'constructor',
  '',
];
const value: fc.Arbitrary<AttributeValue> = fc.constantFrom<AttributeValue>(
  'set',
  'unset',
  'unspecified',
  { value: 'auto' },
  { value: 'input' },
  { value: 'crlf' },
  { value: '\xff' },
);
const encoding = fc.oneof(
  fc.constantFrom<AttributeValue>('unspecified', 'set', 'unset'),
  fc.constantFrom(...ENCODINGS).map((name) => ({ value: name })),
);
const attributes = fc.record({ text: value, crlf: value, eol: value, ident: value, workingTreeEncoding: encoding });

describe('what is stored of a file', () => {
  test('is never longer than its encoding makes it, and converting it again changes nothing', () => {
    fuzz(fc.tuple(hostile(CONTENT), attributes, fc.option(hostile(CONTENT))), ([content, wanted, recorded]) => {
      const { bytes } = convertToGit(content, wanted, recorded);
      expect(bytes.length).toBeLessThanOrEqual(3 * content.length);
      const again = { ...wanted, workingTreeEncoding: 'unspecified' } as const;
      // Unless a lone CR stays before the LF of a CRLF, or the end of one keyword starts the next.
      if (!bytes.includes('\r\n') && !bytes.includes('$Id:')) expect(convertToGit(bytes, again, recorded).bytes).toEqual(bytes);
    });
  });

  test('in another encoding is valid UTF-8, or the reason why there is none', () => {
    fuzz(fc.tuple(hostile(CONTENT), fc.constantFrom(...ENCODINGS)), ([content, name]) => {
      const result = toUtf8(content, name);
      if ('failure' in result) expect(result.failure).toContain(name);
      else if (!/^utf-?8$/i.test(name)) expect(Buffer.from(result.content.toString('utf8'))).toEqual(result.content);
    });
  });

  test('takes no more than its time', () => {
    fuzz(fc.tuple(long(CONTENT), attributes), ([content, wanted]) => {
      expect(convertToGit(content, wanted, content).bytes.length).toBeLessThanOrEqual(3 * content.length);
      expect(typeof looksBinary(content)).toBe('boolean');
    }, { share: 0.01 });
  });
});
