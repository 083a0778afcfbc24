import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFields } from '../../src/history/read-fields.js';
import { compactJson, metadataJson, parseJson, parseMetadata } from '../../src/record/metadata-json.js';
import { metadataFile, metadataPath } from '../../src/record/metadata-path.js';
import { decodeMetadata, encodeMetadata } from '../../src/record/metadata.js';
import { isTreeRecord, MAX_RECORD_BYTES, parseRecord } from '../../src/record/parse.js';
import { describeMistake } from '../../src/record/record-shape.js';
import { fileStatRecord, toplevelStatRecord } from '../../src/record/records.js';
import { formatHashedList, parseHashedList } from '../../src/record/hashed-list.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const COUNTS = { dirs: 1, files: 2, links: 3, others: 4, size: 2n ** 60n };
const RECORD: Language = {
  words: [
    'name: ',
    'size: ',
    'mtime: ',
    'dirs: 1\n',
    'submodule: ',
    '"',
    '\\',
    '\\u00e9',
    '\n',
    '\n\n',
    ': ',
    '- ',
    '? ',
    '[',
    '{',
    ']',
    '}',
    ', ',
    '&a ',
    '*a',
    '|\n',
    '>\n',
    '#',
    '!!int ',
    '!!binary ',
    '<<: ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '0x',
    '-',
    '1',
    '1e999',
    '.inf',
    '\t',
    '  ',
    '\0',
    '\xff',
    '__proto__',
    'null',
    '\xef\xbb\xbf',
  ],
  valid: [
    fileStatRecord('a "b"\n\xff', 2n ** 63n, -1),
    'name: "x"\n',
    toplevelStatRecord({
      mtime: 1,
      counts: COUNTS,
      mtimeMin: -5,
      mtimeMax: 7,
      immutable: true,
      git: { head: '12'.repeat(20), mtime: 3, counts: COUNTS },
    }),
    '# by hand\nname: root\nmtime: 0x10\nattrs: ""\nmore: {a: [1, 2]}\n',
    '? {a: b}\n: c\nname: &x y\nother: *x\n',
  ],
};
const METADATA: Language = {
  words: [
    'a',
    ': ',
    ':',
    '\n',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '\\ud800',
    '\\udc00',
    '\\"',
    '1',
    '-0',
    '1e999',
    'null',
    'true',
    ' ',
    '\t',
    '\r',
    '\x85',
    '\xc2\x85',
    '\xe2\x80\xa8',
    '\xff',
    '__proto__',
    '[['.repeat(600),
  ],
  valid: [
    'a: 1\nb: "x\\u00e9"\nkey with blanks: {"b":[null,true,-0.5e-7],"a":{}}\n',
    '\n\n  a: []\n',
    '{"a":1,"\\ud83d\\ude00":[1,2,{"x":"\\ud800"}]}',
    `a: ${'['.repeat(900)}${']'.repeat(900)}\n`,
  ],
};
const SEEN: Language = {
  words: ['1 2 3 a\0', ' ', '\0', '\n', '-', '0', '/', '\xff'],
  valid: ['5 -1500000000000000000 77 a b\x000 0 0 \xff\n\0'],
};

const bytes = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((array) => Buffer.from(array).toString('latin1'));

describe('records', () => {
  test('are fields or nothing', () => {
    fuzz(hostile(RECORD), (body) => {
      const plain = parseRecord(body);
      const fields = unlessRefused(null, () => readFields(body));
      if (plain !== null) expect(fields).toEqual(plain);
      for (const branch of ['stat', 'sha', 'meta'] as const) expect(describeMistake(branch, 'a', body)).not.toBe('');
      if (fields === null) return;
      for (const value of fields.values()) expect(['string', 'number', 'bigint']).toContain(typeof value);
      expect(typeof isTreeRecord(fields)).toBe('boolean');
    });
  });

  test('tell the name that they were written for', () => {
    fuzz(fc.tuple(bytes, fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.maxSafeInteger()), ([name, size, mtime]) => {
      const body = Buffer.from(fileStatRecord(name, size, mtime), 'latin1');
      const fields = parseRecord(body);
      // Records have U+FFFD where bytes are no UTF-8.
      expect([fields?.get('name'), BigInt(fields?.get('size') ?? -1), fields?.get('mtime')]).toEqual([
        Buffer.from(name, 'latin1').toString('utf8'),
        size,
        mtime,
      ]);
      expect(describeMistake('stat', name.replaceAll('/', '\xff'), body)).toBeNull();
    });
  });

  test('take no more than their time', () => {
    fuzz(long(RECORD), (body) => {
      expect(parseRecord(body)?.size ?? 0).toBeLessThanOrEqual(body.length);
      const start = body.subarray(0, MAX_RECORD_BYTES);
      expect(unlessRefused(new Map(), () => readFields(start)).size).toBeLessThanOrEqual(start.length);
    }, { share: 0.01 });
  });
});

describe('metadata', () => {
  test('come back as they were read', () => {
    fuzz(hostile(METADATA), (body) => {
      const metadata = unlessRefused(null, () => decodeMetadata(body));
      const text = metadata && unlessRefused(null, () => encodeMetadata(metadata));
      // White space around a record is dropped, and with it the beginning of its first key.
      if (metadata === null || text === null || /^[\s\x85]/.test(text)) return;
      expect(metadataJson(decodeMetadata(Buffer.from(text)))).toBe(metadataJson(metadata));
      expect(encodeMetadata(decodeMetadata(Buffer.from(text)))).toBe(text);
    });
  });

  test('JSON is written so that it means the same', () => {
    fuzz(hostile(METADATA), (bytesOfJson) => {
      const json = bytesOfJson.toString('utf8');
      const value = unlessRefused(undefined, () => parseJson(json));
      if (value === undefined) return;
      expect(compactJson(parseJson(compactJson(value)))).toBe(compactJson(value));
      const metadata = unlessRefused(null, () => parseMetadata(json));
      if (metadata !== null) expect(parseMetadata(metadataJson(metadata))).toEqual(metadata);
    });
  });

  test('paths lead to files and back', () => {
    fuzz(
      hostile({ words: ['/', '.', '..', '.git', '.nogtree', '.GIT', '\0', 'a', '\xff'], valid: ['a/b/', 'a', '.', '.nogtree'] }),
      (path) => {
        const file = unlessRefused(null, () => metadataFile(path.toString('latin1')));
        if (file === null) return;
        expect(file.split('/').some((name) => ['', '.', '..', '.git'].includes(name))).toBe(false);
        expect(metadataFile(metadataPath(file))).toBe(file);
      },
    );
  });

  test('take no more than their time', () => {
    fuzz(long(METADATA), (body) => {
      unlessRefused(null, () => decodeMetadata(body));
      expect(unlessRefused(new Map(), () => parseMetadata(body.toString('utf8'))).size).toBeLessThanOrEqual(body.length);
    }, { share: 0.01 });
  });
});

describe('lists of what was hashed', () => {
  test('come back as they were read', () => {
    fuzz(hostile(SEEN), (body) => {
      const files = parseHashedList(body);
      if (files !== null)
        expect(parseHashedList(Buffer.from(formatHashedList(files), 'latin1'))).toEqual(
          new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
        );
    });
  });

  test('take no more than their time', () => {
    fuzz(long(SEEN), (body) => expect(parseHashedList(body)?.size ?? 0).toBeLessThanOrEqual(body.length), { share: 0.01 });
  });
});
