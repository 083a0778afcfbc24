import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { indexedKey, matchesIndexed } from '../../src/facets/sha/hashed-look.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { OFFSET } from '../../src/git/index/index-entry.js';
import { encodeIndex } from '../../src/git/index/index-file.js';
import { HASHED_REF } from '../../src/shadow/facets.js';
import { commitByHand, OPTIONS, recorded } from '../facets/world.js';
import type { World } from '../facets/world.js';
import { git } from '../harness/index.js';
import { canTrace, opensOf } from '../harness/opens.js';
import { change, LONG_AGO, makeOriginal, TREE } from './original.js';

const SIZE = 8 + 3 * 13;
const indexOf = ({ shadow }: World): string => path.join(shadow, '.git/index-sha');

/** Bytes that the next `sha` reads, which then must record what is there. */
async function bytesRead(world: World): Promise<number> {
  const { bytes, problems } = await recordSha(world.repo, OPTIONS);
  expect(problems).toEqual([]);
  return bytes;
}

describe('what git-fso 0.1.0 has hashed', () => {
  test.skipIf(!canTrace())('is not opened again, and what is new once (needs strace)', () => {
    const world = makeOriginal();
    const ofTree = (name: string): boolean => /\.dat$|^README|^empty$/.test(name);
    expect(opensOf(['sha'], world.shadow).filter(ofTree)).toEqual([]);
    change(world, 'sub/new.dat', 'new\n');
    expect(opensOf(['sha'], world.shadow).filter(ofTree)).toEqual(['new.dat']);
    expect(opensOf(['sha'], world.shadow).filter(ofTree)).toEqual([]);
  });

  test('is known for good, whatever becomes of the index', async () => {
    const world = makeOriginal();
    expect(await bytesRead(world)).toBe(0);
    fs.rmSync(indexOf(world));
    expect(await bytesRead(world)).toBe(0);
  });

  test('is known although the first run is limited', async () => {
    const world = makeOriginal();
    change(world, 'a.dat', 'a new content\n');
    change(world, 'sub/b.dat', 'b new content\n');
    expect((await recordSha(world.repo, { ...OPTIONS, limit: { bytes: 1 } })).bytes).toBe(14);
    fs.rmSync(indexOf(world));
    expect(await bytesRead(world)).toBe(14);
    expect(await bytesRead(world)).toBe(0);
  });

  test('is hashed again if the file changed', async () => {
    const world = makeOriginal();
    const at = path.join(world.real, 'a.dat');
    fs.writeFileSync(at, 'content of A\n');
    fs.utimesSync(at, LONG_AGO + 0.375, LONG_AGO + 0.375);
    expect(await bytesRead(world)).toBe(13);
    expect(recorded(world, 'master-sha')['a.dat']).toContain(createHash('sha256').update('content of A\n').digest('hex'));
  });

  test('is hashed again if another file took its place', async () => {
    const world = makeOriginal();
    const at = path.join(world.real, 'a.dat');
    fs.renameSync(at, `${at}.old`);
    fs.writeFileSync(at, 'content of A\n');
    fs.rmSync(`${at}.old`);
    fs.utimesSync(at, LONG_AGO + 0.25, LONG_AGO + 0.25);
    expect(await bytesRead(world)).toBe(13);
  });

  test('is hashed again if the branch has another record, or none', async () => {
    const world = makeOriginal();
    const right = recorded(world, 'master-sha');
    commitByHand(world, 'master-sha', { 'a.dat': 'name: "a.dat"\nsize: 13\n', 'sub/b.dat': null });
    expect(await bytesRead(world)).toBe(2 * 13);
    expect(recorded(world, 'master-sha')).toEqual(right);
  });

  test('is hashed again if the file was as new as the index', async () => {
    const world = makeOriginal();
    fs.utimesSync(indexOf(world), LONG_AGO + 0.5, LONG_AGO + 0.5);
    // c.dat is as old as the index, b.dat newer; README.md and a.dat are older.
    expect(await bytesRead(world)).toBe(2 * 13);
  });
});

describe('an index of git-fso 0.1.0', () => {
  test.each([
    ['is damaged', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte))), /damaged/],
    ['is cut short', (bytes: Buffer) => bytes.subarray(0, 300), /damaged/],
    ['is empty', () => Buffer.alloc(0), /not an index/],
    ['has another version', (bytes: Buffer) => reseal(bytes, (body) => body.writeUInt32BE(5, 4)), /version 5/],
    ['announces more than it has', (bytes: Buffer) => reseal(bytes, (body) => body.writeUInt32BE(99, 8)), /cut short/],
  ])('that %s is told of, and all files are hashed', async (_title, damage, message) => {
    const world = makeOriginal();
    fs.writeFileSync(indexOf(world), damage(fs.readFileSync(indexOf(world))));
    const { bytes, warnings } = await recordSha(world.repo, OPTIONS);
    expect(bytes).toBe(SIZE);
    expect(warnings).toEqual([{ path: '', message: expect.stringMatching(message) as string }]);
    expect(await bytesRead(world)).toBe(0);
  });

  test('in which Git does not trust an entry itself does not have it trusted', async () => {
    const world = makeOriginal();
    editEntry(world, 'a.dat', (entry) => entry.writeUInt32BE(0, OFFSET.size));
    const at = path.join(world.real, 'a.dat');
    fs.truncateSync(at);
    fs.utimesSync(at, LONG_AGO + 0.25, LONG_AGO + 0.25);
    expect(await recordSha(world.repo, OPTIONS)).toMatchObject({ modified: 1 });
    expect(recorded(world, 'master-sha')['a.dat']).toContain('size: 0\n');
  });

  test('in which a merge was left unfinished says nothing about that path', async () => {
    const world = makeOriginal();
    editEntry(world, 'a.dat', (entry) => entry.writeUInt16BE(entry.readUInt16BE(OFFSET.flags) | 0x1000, OFFSET.flags));
    expect(await bytesRead(world)).toBe(13);
  });

  test('that refers to another one is told of', async () => {
    const world = makeOriginal();
    git(['update-index', '--split-index'], world.shadow, { env: { GIT_INDEX_FILE: indexOf(world) } });
    const { bytes, warnings } = await recordSha(world.repo, OPTIONS);
    expect(bytes).toBe(SIZE);
    expect(warnings.map(({ message }) => message).join()).toContain('"link"');
  });

  test.each([['2'], ['4']])('of version %s is understood', async (version) => {
    const world = makeOriginal();
    git(['update-index', '--index-version', version], world.shadow, { env: { GIT_INDEX_FILE: indexOf(world) } });
    expect(await bytesRead(world)).toBe(0);
  });

  test('that knows nothing of the files hinders nobody', async () => {
    const world = makeOriginal();
    fs.writeFileSync(indexOf(world), encodeIndex([]));
    expect(await bytesRead(world)).toBe(SIZE);
    expect(git(['rev-parse', '--verify', HASHED_REF], world.shadow)).toMatch(/^[0-9a-f]{40}$/);
  });
});

/** Changes the entry of a path in the index. */
function editEntry(world: World, name: string, edit: (entry: Buffer) => void): void {
  const index = indexOf(world);
  const { mtime } = fs.statSync(index);
  fs.writeFileSync(index, reseal(fs.readFileSync(index), (body) => edit(body.subarray(body.indexOf(`${name}\0`) - OFFSET.path))));
  fs.utimesSync(index, mtime, mtime);
}

/** The index with a right checksum after a change. */
function reseal(bytes: Buffer, edit: (body: Buffer) => void): Buffer {
  const body = Buffer.from(bytes.subarray(0, -20));
  edit(body);
  // Zeros stand for a checksum that was not computed.
  return Buffer.concat([body, Buffer.alloc(20)]);
}

describe('32 bits of size, time and inode', () => {
  const SECOND = 1_000_000_000n;
  const entry = { path: 'a', mode: 0o100644, oid: '' as never, stage: 0 };
  const key = (size: number, seconds: number, nanoseconds: number, ino: number): string =>
    indexedKey({ ...entry, size, mtimeSeconds: seconds, mtimeNanoseconds: nanoseconds, ino });
  const large = 2 ** 32 + 7;

  test.each([
    ['a small file', key(5, 100, 7, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, true],
    ['a large file', key(7, 100, 7, 9), { size: large, mtimeNs: 100n * SECOND + 7n, ino: 9 }, true],
    ['a file of exactly 4 GiB', key(2 ** 31, 100, 7, 9), { size: 2 ** 32, mtimeNs: 100n * SECOND + 7n, ino: 9 }, true],
    ['4 GiB for an empty file', key(0, 100, 7, 9), { size: 2 ** 32, mtimeNs: 100n * SECOND + 7n, ino: 9 }, false],
    ['a large inode', key(5, 100, 7, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 2n ** 60n + 9n }, true],
    ['a time in 2200', key(5, 7_258_118_400 - 2 ** 32, 7, 9), { size: 5, mtimeNs: 7_258_118_400n * SECOND + 7n, ino: 9 }, true],
    ['a time before 1970', key(5, 2 ** 32 - 1, 7, 9), { size: 5, mtimeNs: -SECOND + 7n, ino: 9 }, true],
    ['an index without nanoseconds', key(5, 100, 0, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, true],
    ['other nanoseconds', key(5, 100, 8, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, false],
    ['other seconds', key(5, 101, 0, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, false],
    ['another size', key(6, 100, 7, 9), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, false],
    ['another inode', key(5, 100, 7, 8), { size: 5, mtimeNs: 100n * SECOND + 7n, ino: 9 }, false],
  ])('%s', (_title, known, stat, expected) => {
    expect(matchesIndexed(known, stat)).toBe(expected);
  });
});

test('the tree of these tests has the size that they count on', () => {
  const sizes = Object.values(TREE).map((one) => (typeof one === 'object' && one !== null && 'file' in one ? one.file.length : 0));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(SIZE);
});
