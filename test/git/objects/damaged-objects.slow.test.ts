import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DamagedObjectError, MissingObjectError } from '../../../src/git/objects/object-errors.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { ObjectWriter } from '../../../src/git/objects/object-writer.js';
import { PackIndex } from '../../../src/git/packs/pack-index.js';
import { ObjectTable } from '../../../src/git/packs/object-table.js';
import { writePackIndex } from '../../../src/git/packs/pack-index-writer.js';
import { git, tempDir } from '../../harness/index.js';
import { filesBelow, newRepository } from '../repository.js';

function onePack(gitDir: string): { pack: string; idx: string } {
  const [pack = ''] = filesBelow(gitDir, /\.pack$/);
  return { pack: `${gitDir}/${pack}`, idx: `${gitDir}/${pack.replace(/pack$/, 'idx')}` };
}

/** Changes a file although it is read-only, calls `check`, and puts it back. */
function whileChanged(file: string, change: (bytes: Buffer) => Buffer, check: () => void): void {
  const original = fs.readFileSync(file);
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, change(Buffer.from(original)));
  check();
  fs.writeFileSync(file, original);
}

/** Reads every object anew; each must be right, or an error that names a place. */
function readAll(gitDir: string, bodies: ReadonlyMap<Oid, Buffer>): { right: number; refused: number } {
  const reader = ObjectReader.open(gitDir);
  let right = 0;
  let refused = 0;
  for (const [oid, body] of bodies) {
    try {
      if (!reader.read(oid).body.equals(body)) throw new Error(`${oidToHex(oid)} was read wrong`);
      right++;
    } catch (error) {
      const isRefusal = error instanceof DamagedObjectError || error instanceof MissingObjectError;
      if (!isRefusal || !error.message.includes(gitDir)) throw error;
      refused++;
    }
  }
  reader.close();
  return { right, refused };
}

function written(gitDir: string): Map<Oid, Buffer> {
  const writer = ObjectWriter.open(gitDir);
  const bodies = new Map<Oid, Buffer>();
  for (let i = 0; i < 80; i++) {
    const body = Buffer.from(`name: "file ${i}"\nsize: ${i * i}\nmtime: ${1_500_000_000 + i}\n`);
    bodies.set(writer.writeBlob(body), body);
  }
  writer.finish().release();
  return bodies;
}

describe('a changed byte anywhere', () => {
  test('in a pack of ours is noticed, or changes nothing', () => {
    const { gitDir } = newRepository();
    const bodies = written(gitDir);
    const { pack } = onePack(gitDir);
    const { size } = fs.statSync(pack);
    for (let at = 0; at < size; at += 7) {
      whileChanged(pack, (bytes) => { bytes[at] = (bytes[at] as number) ^ 0x5a; return bytes; }, () => {
        expect(readAll(gitDir, bodies).right).toBeGreaterThanOrEqual(at < 12 || at >= size - 20 ? 0 : 79);
      });
    }
    expect(readAll(gitDir, bodies)).toEqual({ right: 80, refused: 0 });
  });

  test('in a pack of deltas made by Git is noticed, or changes nothing', () => {
    const { dir, gitDir } = newRepository();
    const bodies = written(gitDir);
    git(['repack', '-q', '-a', '-d', '-F', '--keep-unreachable'], dir);
    const { pack } = onePack(gitDir);
    for (let at = 12; at < fs.statSync(pack).size; at += 11) {
      whileChanged(pack, (bytes) => { bytes[at] = (bytes[at] as number) ^ 0x81; return bytes; }, () => readAll(gitDir, bodies));
    }
    expect(readAll(gitDir, bodies)).toEqual({ right: 80, refused: 0 });
  });

  test('a pack or index that is cut short, empty or foreign is an error for what is in it', () => {
    const { gitDir } = newRepository();
    const bodies = written(gitDir);
    const { pack, idx } = onePack(gitDir);
    for (const file of [pack, idx]) {
      for (const share of [0, 0.01, 0.5, 0.99]) {
        whileChanged(file, (bytes) => bytes.subarray(0, Math.floor(bytes.length * share)), () => {
          expect(readAll(gitDir, bodies)).toEqual({ right: 0, refused: 80 });
        });
      }
    }
    whileChanged(pack, () => fs.readFileSync(idx), () => expect(readAll(gitDir, bodies).right).toBe(0));
  });
});

describe('a loose object', () => {
  test.each([
    ['empty', () => Buffer.alloc(0), /is empty/],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 6), /cannot be unpacked/],
    ['changed', (bytes: Buffer) => bytes.fill(0x55, 5, 8), /cannot be unpacked|wrong header/],
  ])('that is %s is an error; an intact copy in a pack serves instead', (_, change, message) => {
    const { dir, gitDir } = newRepository();
    const hex = git(['hash-object', '-w', '--stdin'], dir, { input: 'precious content, some bytes long' });
    const file = `${gitDir}/objects/${hex.slice(0, 2)}/${hex.slice(2)}`;
    const reader = ObjectReader.open(gitDir);
    whileChanged(file, change, () => {
      expect(() => reader.read(oidFromHex(hex))).toThrow(message);
      expect(() => reader.read(oidFromHex(hex))).toThrow(DamagedObjectError);
      expect(reader.has(oidFromHex(hex))).toBe(false);
    });
    git(['pack-objects', '-q', `${gitDir}/objects/pack/pack`], dir, { input: `${hex}\n` });
    whileChanged(file, change, () => expect(reader.readBlob(oidFromHex(hex)).toString()).toBe('precious content, some bytes long'));
    reader.close();
  });

  test('of another type than asked for is an error that says so', () => {
    const { dir, gitDir } = newRepository();
    const hex = git(['hash-object', '-w', '--stdin'], dir, { input: 'x' });
    const reader = ObjectReader.open(gitDir);
    expect(() => reader.readTree(oidFromHex(hex))).toThrow(`object ${hex} is a blob where a tree is expected`);
    reader.close();
  });
});

describe('pack indexes', () => {
  test('with 64-bit offsets are written and read, in memory and in places', () => {
    const dir = tempDir();
    const table = new ObjectTable();
    const writerOid = (i: number): Oid => oidFromHex(git(['hash-object', '--stdin'], dir, { input: String(i) }));
    const sample = Array.from({ length: 12 }, (_, i) => writerOid(i));
    const offsets = sample.map((_, i) => 12 + i * 1e9);
    sample.forEach((oid, i) => table.set(table.insert(oid), offsets[i] as number, i));
    writePackIndex(`${dir}/p.idx`, table, Buffer.alloc(20, 7), 2e9);
    for (const inMemoryBytes of [1e9, 0]) {
      const index = new PackIndex(`${dir}/p.idx`, inMemoryBytes);
      expect(sample.map((oid) => index.offsetOf(oid))).toEqual(offsets);
      expect(index.offsetOf(oidFromHex('00'.repeat(20)))).toBe(-1);
      expect(index.packChecksum).toEqual(Buffer.alloc(20, 7));
      index.close();
    }
  });

  test('too big for memory give the same answers', () => {
    const { dir, gitDir } = newRepository();
    const writer = ObjectWriter.open(gitDir);
    const oids = Array.from({ length: 150_000 }, (_, i) => writer.writeBlob(`record ${i}`));
    writer.finish().release();
    const { idx } = onePack(gitDir);
    const small = new PackIndex(idx);
    const large = new PackIndex(idx, 0);
    for (let i = 0; i < oids.length; i += 13) {
      const oid = oids[i] as Oid;
      expect(large.offsetOf(oid)).toBe(small.offsetOf(oid));
      expect(large.offsetOf(`${oid.slice(0, 19)}${String.fromCharCode(oid.charCodeAt(19) ^ 1)}` as Oid)).toBe(-1);
    }
    expect(small.offsetOf(oids[77] as Oid)).toBeGreaterThan(0);
    expect(git(['show-index'], dir, { input: fs.readFileSync(idx) }).split('\n')).toHaveLength(150_000);
    expect(git(['show-index'], dir, { input: fs.readFileSync(idx) })).toContain(
      `${small.offsetOf(oids[77] as Oid)} ${oidToHex(oids[77] as Oid)} `,
    );
    large.close();
  });
});
