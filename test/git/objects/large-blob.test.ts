import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashLargeBlob } from '../../../src/git/objects/blob-stream.js';
import type { LargeBlob } from '../../../src/git/objects/blob-stream.js';
import { hashObject, oidToHex } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { ObjectWriter } from '../../../src/git/objects/object-writer.js';
import { git, tempDir } from '../../harness/index.js';

function newRepo(): string {
  const dir = tempDir();
  git(['init', '-q'], dir);
  return path.join(dir, '.git');
}

/** Pieces of bytes that do not compress. */
function blobOf(count: number): LargeBlob & { readonly bytes: Buffer } {
  const pieces = Array.from({ length: count }, (_value, index) =>
    Buffer.concat(Array.from({ length: 2000 }, (_one, part) => createHash('sha256').update(`${index} ${part}`).digest())));
  const bytes = Buffer.concat(pieces);
  return { size: bytes.length, pieces: () => pieces, bytes };
}

const packFiles = (gitDir: string): string[] => fs.readdirSync(path.join(gitDir, 'objects/pack'));

test('a blob in pieces gets the id that Git gives it, and stands in the pack among others', async () => {
  const gitDir = newRepo();
  const writer = ObjectWriter.open(gitDir);
  const small = writer.writeBlob('small\n');
  const blob = blobOf(5);
  const oid = await hashLargeBlob(blob);
  expect(oid).toBe(hashObject('blob', blob.bytes));
  await writer.writeLargeBlob(oid, blob);
  await writer.writeLargeBlob(oid, blob);
  const empty = await hashLargeBlob({ size: 0, pieces: () => [] });
  await writer.writeLargeBlob(empty, { size: 0, pieces: () => [] });
  const last = writer.writeBlob('last\n');
  expect(writer.count).toBe(4);
  writer.finish().release();
  const reader = ObjectReader.open(gitDir);
  expect([small, oid, empty, last].map((each) => reader.readBlob(each).toString('latin1'))).toEqual([
    'small\n', blob.bytes.toString('latin1'), '', 'last\n',
  ]);
  reader.close();
  expect(git(['fsck', '--strict', '--no-dangling'], path.dirname(gitDir))).toBe('');
  expect(git(['cat-file', '-s', oidToHex(oid)], path.dirname(gitDir))).toBe(String(blob.size));
});

test('a blob that changes, or cannot be read, leaves nothing behind, and what comes next is stored', async () => {
  const blob = blobOf(3);
  const oid = await hashLargeBlob(blob);
  const others: LargeBlob['pieces'][] = [
    () => blobOf(4).pieces(),
    function* fails() {
      yield blob.bytes;
      throw new Error('EIO');
    },
  ];
  for (const pieces of others) {
    const gitDir = newRepo();
    const writer = ObjectWriter.open(gitDir);
    const small = writer.writeBlob('small\n');
    await expect(writer.writeLargeBlob(oid, { size: blob.size, pieces })).rejects.toThrow(/was changed meanwhile|EIO/);
    const more = writer.writeBlob('more\n');
    const next = blobOf(1);
    await writer.writeLargeBlob(hashObject('blob', next.bytes), next);
    writer.finish().release();
    const reader = ObjectReader.open(gitDir);
    expect([small, more].map((each) => reader.readBlob(each).toString())).toEqual(['small\n', 'more\n']);
    expect([reader.has(hashObject('blob', next.bytes)), reader.has(oid)]).toEqual([true, false]);
    reader.close();
    expect(git(['fsck', '--full', '--strict', '--no-dangling'], path.dirname(gitDir))).toBe('');
    const pack = packFiles(gitDir).find((name) => name.endsWith('.pack')) ?? '';
    expect(fs.statSync(path.join(gitDir, 'objects/pack', pack)).size).toBeLessThan(2 * next.size);
  }
});

test('a signal ends it', async () => {
  const gitDir = newRepo();
  const writer = ObjectWriter.open(gitDir);
  const blob = blobOf(3);
  const controller = new AbortController();
  function* pieces(): Generator<Buffer> {
    yield blob.bytes;
    controller.abort(new Error('enough'));
    for (;;) yield blob.bytes;
  }
  const oid = await hashLargeBlob(blob);
  await expect(writer.writeLargeBlob(oid, { size: blob.size, pieces }, controller.signal)).rejects.toThrow('enough');
  expect(packFiles(gitDir)).toEqual([]);
  expect(() => writer.writeBlob('more\n')).toThrow(/was given up/);
});
