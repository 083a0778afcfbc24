import fs from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyDelta } from '../../src/git/packs/delta.js';
import { hashObject, oidToHex } from '../../src/git/objects/object-id.js';
import type { Oid } from '../../src/git/objects/object-id.js';
import { readLooseObject } from '../../src/git/objects/loose-object.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { ObjectWriter } from '../../src/git/objects/object-writer.js';
import { decodeTree, encodeTree } from '../../src/git/trees/tree-codec.js';
import { unwrapStored } from '../../src/git/packs/zlib-stored.js';
import { git, tempDir } from '../harness/index.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { damaged, hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const OID = 'i'.repeat(20);
const TREE: Language = {
  words: ['100644 ', '40000 ', '0', '7', ' ', '\0', 'a', '/', OID, '\xff'],
  valid: [`100644 a\0${OID}40000 b\xe9\0${OID}`, `160000 x\0${OID}`],
};
const DELTA: Language = {
  words: ['\x00', '\x01', '\x7f', '\x80', '\x90', '\x91', '\xb0', '\xff', '\xff\xff\xff\xff\x0f', '\x05hello', '\x80'.repeat(200)],
  // Among them one that claims to be of any size, with a number that is too long for that.
  valid: [`\x0a${'\x80'.repeat(200)}`, '\x0a\x0c\x91\x02\x05\x05hello\x90\x02', '\x0a\x05\x05hello', '\x0a\x0a\x90\x0a'],
};
const TEXTS = ['one\n'.repeat(300), `${'one\n'.repeat(300)}two\n`, `zero\n${'one\n'.repeat(290)}`, 'x'];

describe('trees', () => {
  test('come back as they were read', () => {
    fuzz(hostile(TREE), (body) => {
      const entries = unlessRefused(null, () => decodeTree(body));
      if (entries === null) return;
      expect(decodeTree(encodeTree(entries))).toEqual(entries);
      expect(entries.every(({ name, oid }) => oid.length === 20 && name !== '' && !/[/\0]/.test(name))).toBe(true);
    });
  });

  test('take no more than their time', () => {
    fuzz(long(TREE), (body) => {
      expect(unlessRefused([], () => decodeTree(body)).length).toBeLessThanOrEqual(body.length / 23);
    }, { share: 0.01 });
  });
});

describe('deltas', () => {
  const base = Buffer.from('0123456789');

  test('give what their commands say, or nothing', () => {
    fuzz(hostile(DELTA), (delta) => {
      const result = applyDelta(base, delta, 2 ** 28);
      if (result !== null) expect(result.length).toBeLessThanOrEqual(delta.length * base.length + delta.length);
    });
  });

  test('take no more than their time', () => {
    fuzz(long(DELTA), (delta) => {
      const result = applyDelta(base, delta, 2 ** 28);
      if (result !== null) expect(result.length).toBeLessThanOrEqual(delta.length * base.length + delta.length);
    }, { share: 0.01 });
  });
});

describe('stored streams', () => {
  test('are the content, nothing, or damaged', () => {
    const stream = deflateSync(Buffer.from('content'), { level: 0 });
    fuzz(
      fc.tuple(hostile({ words: ['\x78\x01', '\x01', '\x07\x00\xf8\xff'], valid: [stream] }), fc.constantFrom(7, 0, 8, 0xffff)),
      ([bytes, length]) => {
        const content = unwrapStored(bytes, length);
        if (Buffer.isBuffer(content)) expect(content).toHaveLength(length);
      },
    );
  });
});

describe('loose objects', () => {
  const oid = hashObject('blob', TEXTS[0]!);

  test('are what their header says, or an error', () => {
    const objects = `${tempDir()}/objects`;
    const file = `${objects}/${oidToHex(oid).slice(0, 2)}/${oidToHex(oid).slice(2)}`;
    fs.mkdirSync(`${objects}/${oidToHex(oid).slice(0, 2)}`, { recursive: true });
    const packed = (text: string): Buffer => deflateSync(Buffer.from(text, 'latin1'));
    const content = hostile({ words: ['blob ', 'tree ', ' ', '\0', '1', '-', 'x'], valid: ['blob 1\0x', `tree 3\0abc`, 'commit 0\0'] });
    const files = damaged({ words: ['\x78\x9c'], valid: [packed('blob 1\0x'), packed(`blob 1200\0${TEXTS[0]!}`)] });
    fuzz(fc.oneof(files, content.map((bytes) => deflateSync(bytes))), (bytes) => {
      fs.writeFileSync(file, bytes);
      const object = unlessRefused(null, () => readLooseObject(objects, oid));
      if (object !== null) expect(['blob', 'tree', 'commit', 'tag']).toContain(object.type);
    });
  });
});

describe('packs', () => {
  let gitDir: string;
  let packs: { readonly pack: Buffer; readonly index: Buffer; readonly oids: readonly Oid[] }[];

  beforeAll(() => {
    const dir = tempDir();
    git(['init', '-q', '.'], dir);
    gitDir = `${dir}/.git`;
    const oids = TEXTS.map((text) => hashObject('blob', text));
    const take = () => {
      const names = fs.readdirSync(`${gitDir}/objects/pack`);
      const [pack, index] = ['.pack', '.idx'].map((ending) => `${gitDir}/objects/pack/${names.find((name) => name.endsWith(ending))}`);
      const bytes = { pack: fs.readFileSync(pack!), index: fs.readFileSync(index!), oids };
      for (const name of names) fs.rmSync(`${gitDir}/objects/pack/${name}`, { force: true });
      return bytes;
    };
    const writer = ObjectWriter.open(gitDir, { looseMax: 0 });
    for (const text of TEXTS) writer.writeBlob(text);
    writer.finish().release();
    const stored = take();
    for (const text of TEXTS) git(['hash-object', '-w', '--stdin'], dir, { input: text });
    for (const [option] of [['--delta-base-offset'], ['--no-delta-base-offset']]) {
      const input = oids.map((oid) => `${oidToHex(oid)}\n`).join('');
      git(['pack-objects', '-q', option!, '--window=10', '.git/objects/pack/pack'], dir, { input });
      if (option === '--delta-base-offset') packs = [take()];
    }
    packs = [stored, ...packs, take()];
    for (const oid of oids) fs.rmSync(`${gitDir}/objects/${oidToHex(oid).slice(0, 2)}`, { recursive: true, force: true });
  });

  function readAll(pack: Buffer, index: Buffer, oids: readonly Oid[]): number {
    fs.writeFileSync(`${gitDir}/objects/pack/pack-x.pack`, pack);
    fs.writeFileSync(`${gitDir}/objects/pack/pack-x.idx`, index);
    const reader = ObjectReader.open(gitDir);
    try {
      const found = oids.map((oid) => unlessRefused(null, () => reader.read(oid)));
      for (const object of found) expect(object?.body.length ?? 0).toBeLessThan(1_000_000);
      return found.filter((object) => object !== null).length;
    } finally {
      reader.close();
    }
  }

  test('are read when they are in order', () => {
    for (const { pack, index, oids } of packs) expect(readAll(pack, index, oids)).toBe(TEXTS.length);
  });

  test('give an object or an error, whatever is damaged', () => {
    const words = ['\x60', '\x70', '\x80', '\xff', '\0\0\0\0', '\x78\x9c', '\xff\xff\xff\xff', '\xb0\x07'];
    const input = fc.constantFrom(0, 1, 2).chain((which) => {
      const { pack, index } = packs[which]!;
      // The checksum at the end is what ties a pack to its index: without it nothing else would be looked at.
      const insides = damaged({ words, valid: [pack.subarray(0, -20)] }).map((bytes) => Buffer.concat([bytes, pack.subarray(-20)]));
      const indexInsides = damaged({ words, valid: [index.subarray(0, -40)] }).map((bytes) => Buffer.concat([bytes, index.subarray(-40)]));
      const packFile = fc.oneof({ weight: 4, arbitrary: insides }, { weight: 1, arbitrary: damaged({ words, valid: [pack] }) });
      const indexFile = fc.oneof(
        { weight: 4, arbitrary: fc.constant(index) },
        { weight: 2, arbitrary: indexInsides },
        { weight: 1, arbitrary: damaged({ words, valid: [index] }) },
      );
      return fc.tuple(fc.constant(which), packFile, indexFile);
    });
    fuzz(input, ([which, pack, index]) => {
      expect(readAll(pack, index, packs[which]!.oids)).toBeLessThanOrEqual(TEXTS.length);
    });
  });
});
