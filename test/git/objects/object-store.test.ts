import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { git, gitBuffer } from '../../harness/index.js';
import { MissingObjectError } from '../../../src/git/objects/object-errors.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { ObjectWriter } from '../../../src/git/objects/object-writer.js';
import { updateRef } from '../../../src/git/refs/refs.js';
import { FileMode, compareEntryNames } from '../../../src/git/trees/tree-codec.js';
import type { TreeEntry } from '../../../src/git/trees/tree-codec.js';
import { WHO, expectCleanFsck, filesBelow, newRepository } from '../repository.js';

/** A directory as nested records: a Buffer is a file's content. */
type Content = ReadonlyMap<string, Buffer | Content>;

const nameArbitrary = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[\0/]/g, '_'))
  .filter(
    (name) => !/^\.{1,2}$/.test(name) && !/^\.git/i.test(name) && !/git~1/i.test(name) && !/[\u200c]/.test(name) && !name.includes('\\'),
  );

const contentArbitrary: fc.Arbitrary<Content> = fc.letrec<{ dir: Content; node: Buffer | Content }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true },
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from('the same in many places')),
    tie('dir')),
  dir: fc.array(fc.tuple(nameArbitrary, tie('node')), { minLength: 1, maxLength: 8 }).map((entries) => new Map(entries)),
})).dir;

function writeContent(writer: ObjectWriter, content: Content): Oid {
  const entries: TreeEntry[] = [];
  for (const [name, value] of content) {
    if (Buffer.isBuffer(value)) entries.push({ mode: FileMode.file, name, oid: writer.writeBlob(value) });
    else entries.push({ mode: FileMode.directory, name, oid: writeContent(writer, value) });
  }
  const isTree = ({ mode }: TreeEntry): boolean => mode === FileMode.directory;
  return writer.writeTree(entries.sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b))));
}

function readContent(reader: ObjectReader, tree: Oid): Content {
  return new Map(reader.readTree(tree).map(({ mode, name, oid }) =>
    [name, mode === FileMode.directory ? readContent(reader, oid) : reader.readBlob(oid)]));
}

function commitOf(tree: Oid, message: string): Parameters<ObjectWriter['writeCommit']>[0] {
  return { tree, parents: [], author: WHO, committer: WHO, message };
}

describe('what we write', () => {
  test('is what Git would have written, for any names and contents', () => {
    const { dir, gitDir } = newRepository();
    let run = 0;
    fc.assert(fc.property(contentArbitrary, (content) => {
      const writer = ObjectWriter.open(gitDir);
      const tree = writeContent(writer, content);
      const commit = writer.writeCommit(commitOf(tree, 'random\n'));
      const guard = writer.finish();
      updateRef(gitDir, `refs/heads/run-${run++}`, { expected: null, next: commit, message: 'test', who: WHO });
      guard.release();
      const reader = ObjectReader.open(gitDir);
      expect(sorted(readContent(reader, tree))).toEqual(sorted(content));
      reader.close();
    }), { numRuns: 60 });
    expectCleanFsck(dir);
    expect(filesBelow(gitDir, /tmp_|\.keep$|\.lock$/)).toEqual([]);
  });

  test('is one pack if there is much, and every object in it is written once', () => {
    const { dir, gitDir } = newRepository();
    const writer = ObjectWriter.open(gitDir);
    const entries = Array.from({ length: 3000 }, (_, i) => ({
      mode: FileMode.file, name: `f${String(i).padStart(5, '0')}`, oid: writer.writeBlob(`record ${i % 2000}\n`),
    }));
    const commit = writer.writeCommit(commitOf(writer.writeTree(entries), 'many\n'));
    expect(writer.count).toBe(2002);
    const reader = ObjectReader.open(gitDir);
    expect(reader.has(commit)).toBe(false);
    const guard = writer.finish();
    expect(reader.readTree(reader.readCommit(commit).tree)).toEqual(entries);
    expect(filesBelow(gitDir, /\.keep$/)).toHaveLength(1);
    git(['repack', '-a', '-d', '-q'], dir);
    git(['prune', '--expire=now'], dir);
    expect(reader.has(commit)).toBe(true);
    updateRef(gitDir, 'refs/heads/master', { expected: null, next: commit, message: 'test', who: WHO });
    guard.release();
    expect(filesBelow(gitDir, /\.keep$/)).toEqual([]);
    expectCleanFsck(dir);
    expect(git(['count-objects', '-v'], dir)).toMatch(/count: 0\n(.*\n)*in-pack: 2002\npacks: 1/);
    const [pack] = filesBelow(gitDir, /\.pack$/);
    expect(fs.statSync(`${gitDir}/${pack}`).mode & 0o777).toBe(0o444);
    expect(() => git(['verify-pack', `${gitDir}/${pack}`], dir)).not.toThrow();
    reader.close();
  });

  test('may be of any size: nothing, around the limits of the format, megabytes', () => {
    const { dir, gitDir } = newRepository();
    const sizes = [0, 1, 15, 16, 2047, 2048, 4095, 4096, 4097, 65535, 65536, 262_144, 3_000_000];
    const writer = ObjectWriter.open(gitDir);
    const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * i * 31 + (i >> 7)) & 0xff));
    const oids = sizes.map((size) => writer.writeBlob(noise.subarray(0, size)));
    const longNames = Array.from({ length: 1500 }, (_, i) => ({
      mode: FileMode.file,
      name: `${'x'.repeat(200)}${1000 + i}`,
      oid: oids[1] as Oid,
    }));
    const tree = writer.writeTree(longNames);
    writer.finish().release();
    const reader = ObjectReader.open(gitDir);
    sizes.forEach((size, i) => {
      const oid = oids[i] as Oid;
      expect(reader.readBlob(oid).equals(noise.subarray(0, size))).toBe(true);
      expect(gitBuffer(['cat-file', 'blob', oidToHex(oid)], dir).equals(noise.subarray(0, size))).toBe(true);
    });
    expect(reader.readTree(tree)).toEqual(longNames);
    expect(oidToHex(oids[12] as Oid)).toBe(git(['hash-object', '--stdin'], dir, { input: noise }));
    reader.close();
    expectCleanFsck(dir);
  });

  test('leaves nothing behind when it is given up', () => {
    const { gitDir } = newRepository();
    const before = filesBelow(gitDir, /./).sort();
    const writer = ObjectWriter.open(gitDir);
    for (let i = 0; i < 1000; i++) writer.writeBlob(`record ${i}`);
    expect(filesBelow(gitDir, /tmp_pack_/)).toHaveLength(1);
    writer.abort();
    expect(filesBelow(gitDir, /./).sort()).toEqual(before);
    expect(() => writer.writeBlob('more')).toThrow(/written already/);
  });

  test('survives a prune that removes the temporary pack', () => {
    const { dir, gitDir } = newRepository();
    const writer = ObjectWriter.open(gitDir);
    const oids = Array.from({ length: 5000 }, (_, i) => writer.writeBlob(`a longer record, so that the chunk fills up ${i}\n`.repeat(3)));
    git(['prune', '--expire=now'], dir);
    expect(filesBelow(gitDir, /tmp_pack_/)).toEqual([]);
    writer.finish().release();
    const reader = ObjectReader.open(gitDir);
    expect(oids.every((oid) => reader.has(oid))).toBe(true);
    reader.close();
    expectCleanFsck(dir);
  });

  test('refuses text that is not ASCII, loose and packed', () => {
    const { gitDir } = newRepository();
    const loose = ObjectWriter.open(gitDir);
    expect(() => loose.writeBlob('gr\u00fcn')).toThrow(/not ASCII/);
    const packed = ObjectWriter.open(gitDir);
    for (let i = 0; i < 100; i++) packed.writeBlob(`record ${i}`);
    expect(() => packed.writeBlob('gr\u00fcn')).toThrow(/not ASCII/);
    expect(filesBelow(gitDir, /tmp_/)).toEqual([]);
  });

  test('replaces an object file that a power failure emptied, and makes a used one new', () => {
    const { gitDir } = newRepository();
    const write = (): Oid => {
      const writer = ObjectWriter.open(gitDir);
      const oid = writer.writeBlob('record');
      writer.finish().release();
      return oid;
    };
    const hex = oidToHex(write());
    const file = `${gitDir}/objects/${hex.slice(0, 2)}/${hex.slice(2)}`;
    expect(fs.statSync(file).mode & 0o777).toBe(0o444);
    fs.chmodSync(file, 0o644);
    fs.truncateSync(file, 0);
    const reader = ObjectReader.open(gitDir);
    expect(reader.readBlob(write()).toString()).toBe('record');
    fs.utimesSync(file, 1000, 1000);
    const { ino } = fs.statSync(file);
    write();
    expect(fs.statSync(file).mtimeMs).toBeGreaterThan(1_000_000);
    expect(fs.statSync(file).ino).toBe(ino);
    reader.close();
  });
});

describe('what Git writes', () => {
  test('is read: loose, packed with deltas, packed with bases by name, in alternates', () => {
    const { dir, gitDir } = newRepository();
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i} of a text that deltas like`);
    for (let version = 0; version < 30; version++) {
      lines[version * 13 % 400] = `changed in version ${version}`;
      fs.mkdirSync(`${dir}/d${version % 3}`, { recursive: true });
      fs.writeFileSync(`${dir}/text`, lines.join('\n'));
      fs.writeFileSync(`${dir}/d${version % 3}/text`, lines.slice(version).join('\n'));
      git(['add', '.'], dir);
      git(['commit', '-q', '-m', `version ${version}`], dir);
    }
    git(['tag', '-a', '-m', 'annotated', 'v1'], dir);
    expectAllReadable(dir, gitDir);
    git(['gc', '-q', '--aggressive', '--prune=now'], dir);
    expectAllReadable(dir, gitDir);
    git(['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-q', '-a', '-d', '-f'], dir);
    expectAllReadable(dir, gitDir);
    const clone = newRepository();
    fs.mkdirSync(`${clone.gitDir}/objects/info`, { recursive: true });
    fs.writeFileSync(`${clone.gitDir}/objects/info/alternates`, `# one\n"${gitDir.replace('.git', '\\056git')}/objects"\n`);
    expectAllReadable(dir, clone.gitDir);
  });

  test('is found after gc swapped the packs under an open reader', () => {
    const { dir, gitDir } = newRepository();
    const commit = (name: string): Oid => {
      fs.writeFileSync(`${dir}/${name}`, `content of ${name}`);
      git(['add', '.'], dir);
      git(['commit', '-q', '-m', name], dir);
      git(['repack', '-q', '-d'], dir);
      return oidFromHex(git(['rev-parse', 'HEAD'], dir));
    };
    const first = commit('a');
    const reader = ObjectReader.open(gitDir);
    reader.readCommit(first);
    const second = commit('b');
    git(['gc', '-q', '--prune=now'], dir);
    expect(reader.readCommit(second).parents).toEqual([first]);
    reader.readTree(reader.readCommit(first).tree);
    reader.close();
    expect(reader.has(first)).toBe(true);
    reader.close();
  });

  test('a missing object is named, with the repository and a way out', () => {
    const { gitDir } = newRepository();
    const reader = ObjectReader.open(gitDir);
    const oid = oidFromHex('12'.repeat(20));
    expect(() => reader.read(oid)).toThrow(MissingObjectError);
    expect(() => reader.read(oid)).toThrow(`${gitDir}: object ${'12'.repeat(20)} is missing`);
    expect(reader.readTree(oidFromHex('4b825dc642cb6eb9a060e54bf8d69288fbee4904'))).toEqual([]);
    reader.close();
  });
});

function expectAllReadable(dir: string, gitDir: string): void {
  const listing = git(['cat-file', '--batch-check', '--batch-all-objects'], dir).split('\n').map((line) => line.split(' '));
  const reader = ObjectReader.open(gitDir);
  for (const [hex = '', type = '', size = ''] of listing) {
    const object = reader.read(oidFromHex(hex));
    expect([object.type, object.body.length]).toEqual([type, Number(size)]);
    expect(gitBuffer(['hash-object', '-t', type, '--stdin'], dir, { input: object.body }).toString().trim()).toBe(hex);
  }
  reader.close();
}

function sorted(content: Content): unknown {
  return [...content].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, Buffer.isBuffer(value) ? value : sorted(value)]);
}
