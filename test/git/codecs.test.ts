import { crc32, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCommit, encodeCommit } from '../../src/git/commits/commit-codec.js';
import { hashObject, oidFromHex, oidToHex } from '../../src/git/objects/object-id.js';
import type { Oid } from '../../src/git/objects/object-id.js';
import { compareEntryNames, decodeTree, encodeTree } from '../../src/git/trees/tree-codec.js';
import { STORED_TEXT_MAX, storeText } from '../../src/git/packs/stored-text.js';
import { STORED_OVERHEAD, adler32, storeBytes, unwrapStored } from '../../src/git/packs/zlib-stored.js';
import { FsoError } from '../../src/util/errors.js';
import { git, gitBuffer } from '../harness/index.js';
import { WHO, expectCleanFsck, newRepository } from './repository.js';

const bytes = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const oid = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((array) => Buffer.from(array).toString('latin1') as Oid);
const name = bytes(30).map((buffer) => buffer.toString('latin1').replace(/[\0/]/g, '_')).filter((text) => text !== '');
const entry = fc.record({ mode: fc.constantFrom(0o100644, 0o100755, 0o120000, 0o40000, 0o160000), name, oid });

describe('trees', () => {
  test('come back as they were, names and ids of any bytes', () => {
    fc.assert(fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      expect(decodeTree(encodeTree(entries))).toEqual(entries);
    }));
  });

  test('broken ones are refused, never misread: every cut and every changed byte', () => {
    const entries = [
      { mode: 0o100644, name: 'a', oid: hashObject('blob', 'x') },
      { mode: 0o40000, name: 'b\xe9', oid: hashObject('tree', '') },
    ];
    const body = encodeTree(entries);
    const whole = [0, encodeTree(entries.slice(0, 1)).length, body.length];
    whole.forEach((length, count) => expect(decodeTree(body.subarray(0, length))).toHaveLength(count));
    const cuts = Array.from(body.keys()).filter((length) => !whole.includes(length));
    for (const length of cuts) expect(() => decodeTree(body.subarray(0, length))).toThrow(FsoError);
    for (const text of ['100644 \0', ' a\0', '10x644 a\0', '100644 a/b\0', '100644a\0', '12345678 a\0']) {
      expect(() => decodeTree(Buffer.from(`${text}${'i'.repeat(20)}`, 'latin1'))).toThrow(FsoError);
    }
  });

  test('the order is the one that Git demands', () => {
    const { dir } = newRepository();
    const blob = git(['hash-object', '-w', '--stdin'], dir, { input: 'x' });
    const named = fc
      .tuple(fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '0', '\xff', ' '), minLength: 1, maxLength: 3 }), fc.boolean())
      .filter(([text]) => !/^\.{1,2}$/.test(text));
    fc.assert(fc.property(fc.uniqueArray(named, { selector: ([text]) => text, minLength: 2, maxLength: 12 }), (names) => {
      const tree = gitBuffer(['mktree', '-z'], dir, { input: '' }).toString().trim();
      const records = names.map(([text, isTree]) => `${isTree ? `040000 tree ${tree}` : `100644 blob ${blob}`}\t${text}\0`);
      const made = gitBuffer(['mktree', '-z'], dir, { input: Buffer.from(records.join(''), 'latin1') }).toString().trim();
      const expected = decodeTree(gitBuffer(['cat-file', 'tree', made], dir)).map((one) => one.name);
      const ours = [...names].sort(([a, aIsTree], [b, bIsTree]) => compareEntryNames(a, aIsTree, b, bIsTree));
      expect(ours.map(([text]) => text)).toEqual(expected);
    }), { numRuns: 40 });
    expect(compareEntryNames('a', true, 'a', true)).toBe(0);
    expect(compareEntryNames('a', false, 'a', true)).toBeLessThan(0);
  });
});

describe('commits', () => {
  test('come back as they were, and Git reads the same', () => {
    const { dir } = newRepository();
    const tree = hashObject('tree', '');
    git(['mktree'], dir);
    const commit = {
      tree,
      parents: [],
      author: { ...WHO, name: 'Gr\u00fcn' },
      committer: { ...WHO, seconds: 7, timezone: '-0330' },
      message: 'subject\n\nbody \u20ac\n',
    };
    const body = encodeCommit(commit);
    expect(decodeCommit(body)).toEqual(commit);
    const hex = git(['hash-object', '-t', 'commit', '-w', '--stdin'], dir, { input: body });
    expect(hex).toBe(oidToHex(hashObject('commit', body)));
    expect(git(['show', '-s', '--format=%T|%P|%an|%ae|%ad|%cd|%B', '--date=raw', hex], dir))
      .toBe(`${oidToHex(tree)}||Gr\u00fcn|author@example.com|1500000000 +0200|7 -0330|subject\n\nbody \u20ac\n`);
    git(['update-ref', 'refs/heads/x', hex], dir);
    expectCleanFsck(dir);
  });

  test('of others are read: signed, in another encoding, with odd identities', () => {
    const hex = '12'.repeat(20);
    const lines = [
      `tree ${hex}`, `parent ${hex}`, `parent ${'34'.repeat(20)}`, 'author No Date <a@x>', 'committer <> -5 +0000', 'encoding ISO-8859-1',
      'gpgsig -----BEGIN PGP SIGNATURE-----', ' tree 1234', ' ', ' parent nothing', ' -----END PGP SIGNATURE-----', '', 'gr\xfcn',
    ];
    expect(decodeCommit(Buffer.from(lines.join('\n'), 'latin1'))).toEqual({
      tree: oidFromHex(hex), parents: [oidFromHex(hex), oidFromHex('34'.repeat(20))],
      author: { name: 'No Date', email: 'a@x', seconds: 0, timezone: '+0000' },
      committer: { name: '', email: '', seconds: -5, timezone: '+0000' },
      message: 'gr\u00fcn',
    });
    expect(() => decodeCommit(Buffer.from('author a <b> 1 +0000\n\nx'))).toThrow(FsoError);
    expect(() => decodeCommit(Buffer.from(`tree ${hex}0\n\nx`))).toThrow(FsoError);
  });

  test('a name cannot add a header, a message cannot be cut', () => {
    const evil = { ...WHO, name: 'x\nparent <y>', email: 'a>b' };
    const commit = { tree: hashObject('tree', ''), parents: [], author: evil, committer: WHO, message: 'm' };
    expect(decodeCommit(encodeCommit(commit)).author).toEqual({ ...WHO, name: 'xparent y', email: 'ab' });
    expect(decodeCommit(encodeCommit(commit)).parents).toEqual([]);
    expect(() => encodeCommit({ ...commit, message: 'a\0b' })).toThrow(FsoError);
  });
});

describe('stored zlib streams', () => {
  test('are what zlib reads, and are read back; a changed byte is noticed', () => {
    fc.assert(fc.property(bytes(300), fc.nat(), fc.integer({ min: 1, max: 255 }), (content, place, change) => {
      const stream = Buffer.alloc(content.length + STORED_OVERHEAD);
      expect(storeBytes(stream, 0, content)).toBe(stream.length);
      expect(inflateSync(stream).equals(content)).toBe(true);
      expect(unwrapStored(stream, content.length)?.equals(content)).toBe(true);
      expect(unwrapStored(deflateSync(content, { level: 6 }), content.length) ?? content).toEqual(content);
      const at = place % stream.length;
      stream[at] = (stream[at] as number) ^ change;
      const damaged = unwrapStored(stream, content.length);
      // Some bits of the header mean nothing; no change may alter the content.
      const isHeader = at < stream.length - content.length - 4;
      expect(isHeader ? (damaged ?? content) : damaged).toEqual(isHeader ? content : undefined);
    }), { numRuns: 300 });
  });

  test('of texts are the same, with the checksum of the pack', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 300 });
    fc.assert(
      fc.property(
        fc.oneof(ascii, fc.constantFrom('', '\x7f'.repeat(STORED_TEXT_MAX))),
        fc.uint8Array({ maxLength: 12 }),
        (text, before) => {
          const start = 3;
          const stream = start + before.length;
          const [target, expected] = [0, 1].map(() => Buffer.alloc(stream + text.length + STORED_OVERHEAD + 3, 0xaa));
          for (const each of [target, expected]) each?.set(before, start);
          const end = storeBytes(expected as Buffer, stream, Buffer.from(text));
          expect(storeText(target as Buffer, start, stream, text)).toBe(crc32((expected as Buffer).subarray(start, end)));
          expect(target).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
    expect(() => storeText(Buffer.alloc(50), 0, 2, 'caf\xe9')).toThrow(FsoError);
  });

  test('the checksum stays right over long content', () => {
    const content = Buffer.alloc(65535, 0xff);
    expect(adler32(content, 0, content.length)).toBe(deflateSync(content).readUInt32BE(deflateSync(content).length - 4));
  });
});
