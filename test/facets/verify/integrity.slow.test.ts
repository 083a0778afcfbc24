import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { findingsAt } from '../../../src/facets/verify/accept-findings.js';
import type { Reading } from '../../../src/realdir/hash/hash-pool.js';
import { DEFAULTS } from '../../../src/defaults.js';
import { createHere } from '../../../src/shadow/create/create-here.js';
import { collectGarbage } from '../../../src/shadow/gc/collect-garbage.js';
import { needsGc } from '../../../src/shadow/gc/gc-need.js';
import { tempDir } from '../../harness/index.js';
import type { World } from '../world.js';
import { OPTIONS } from '../world.js';
import { DiskImage } from './disk-image.js';
import { flip, hashed, hashedWorld, LONG_AGO, putBack, rangesOf, verify } from './verified-world.js';

const FILES = 20_000;
const ROUNDS = 10;

/** Where a byte is changed. */
const OFFSETS = ['start', 'middle', 'end'] as const;

const nameOf = (index: number): string => `d${index % 100}/f${index}`;

/** Text that is on the disk once; the file begins with it, and has its end near its own. */
const textOf = (index: number): string => `>>> file ${index} of many <<<`;

function contentOf(index: number): Buffer {
  const text = textOf(index);
  return Buffer.from(text + '.'.repeat(40 + (index % 2000)) + text.toUpperCase());
}

async function worldOn(disk: string, top: string, name: string): Promise<World> {
  const [real, shadow] = [path.join(disk, name), path.join(top, `${name}-shadow`)];
  for (const directory of [real, shadow]) fs.mkdirSync(directory, { recursive: true });
  const repo = await createHere(shadow, real, { ...OPTIONS, tracking: 'enter-subdirs' });
  return { dir: top, real, shadow, repo };
}

/** @param first of the names; so that nothing is on the disk twice */
function fill({ real }: World, files: number, first = 0): void {
  for (let index = first; index < first + files; index += 1) {
    const file = path.join(real, nameOf(index));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, contentOf(index));
    fs.utimesSync(file, LONG_AGO, LONG_AGO + (index % 1000));
  }
}

const found = ({ repo }: World): Record<string, string> =>
  Object.fromEntries([...findingsAt(repo, [''])].map(([place, finding]) => [place, finding.class]));

it('finds 40 changed bytes of all kinds in 20,000 files, and says what they are', { timeout: 600_000 }, async ({ skip }) => {
  const top = tempDir();
  const image = DiskImage.make(top, 256);
  if (image === null) return skip('nothing can be mounted here');
  const world = await worldOn(image.mountPoint, top, 'real');
  fill(world, FILES);
  // Two islands of data in a file of 1 MiB of nothing.
  const sparse = Array.from({ length: 8 }, (_, index) => `sparse${index}`);
  for (const [index, name] of sparse.entries()) {
    const fd = fs.openSync(path.join(world.real, name), 'w');
    fs.ftruncateSync(fd, 1 << 20);
    fs.writeSync(fd, `<<< sparse ${index} >>>`, 300_000);
    fs.closeSync(fd);
    fs.utimesSync(path.join(world.real, name), LONG_AGO, LONG_AGO + index);
  }
  await hashed(world);
  expect((await verify(world)).integrity).toMatchObject({ intact: FILES + sparse.length, corrupt: 0, rewritten: 0 });

  const expected: Record<string, string> = {};
  let next = 0;
  const take = (kind: string): number => {
    next += 397;
    expected[nameOf(next)] = kind;
    return next;
  };
  const offsetIn = (size: number, where: (typeof OFFSETS)[number]): number =>
    ({ start: 0, middle: Math.floor(size / 2), end: size - 1 })[where];
  // After a change of mode and a right reading, the ctime is known again.
  const chmodded = [take('corrupt'), take('corrupt')];
  for (const index of chmodded) fs.chmodSync(path.join(world.real, nameOf(index)), 0o600);
  expect((await verify(world)).integrity).toMatchObject({ corrupt: 0, rewritten: 0 });

  for (const where of OFFSETS) {
    for (let each = 0; each < 4; each += 1) {
      const index = take('rewritten');
      flip(world, nameOf(index), offsetIn(contentOf(index).length, where));
    }
  }
  for (let each = 0; each < 4; each += 1) {
    const file = path.join(world.real, nameOf(take('rewritten')));
    const { atimeMs, mtimeMs } = fs.statSync(file);
    fs.writeFileSync(`${file}.new`, fs.readFileSync(file).reverse());
    fs.renameSync(`${file}.new`, file);
    fs.utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
  }
  for (let each = 0; each < 4; each += 1) {
    const file = path.join(world.real, nameOf(take('rewritten')));
    const { atimeMs, mtimeMs, size } = fs.statSync(file);
    fs.truncateSync(file, 20);
    fs.truncateSync(file, size);
    fs.utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
  }
  for (const name of sparse.slice(0, 3)) {
    flip(world, name, 700_000);
    expected[name] = 'rewritten';
  }
  const rot = chmodded.map((index) => ({ text: textOf(index), offset: 0 }));
  for (const where of OFFSETS) {
    for (let each = 0; each < 4; each += 1) {
      const index = take('corrupt');
      rot.push({ text: textOf(index), offset: offsetIn(contentOf(index).length, where) });
    }
  }
  for (const [index, name] of sparse.entries()) {
    if (index < 5) continue;
    rot.push({ text: `<<< sparse ${index} >>>`, offset: 4 });
    expected[name] = 'corrupt';
  }
  expect(Object.keys(expected)).toHaveLength(40);
  image.rot(rot);
  const { integrity } = await verify(world);
  expect(found(world)).toEqual(expected);
  expect(integrity).toMatchObject({ intact: FILES + sparse.length - 40, corrupt: 17, rewritten: 23 });
  // Nothing is lost, nor invented, when everything is read again, and when sha looks at it.
  await recordSha(world.repo, OPTIONS);
  await verify(world);
  expect(found(world)).toEqual(expected);
});

it('gives no false alarm in ten rounds beside somebody who works there', { timeout: 600_000 }, async () => {
  const top = tempDir();
  const world = await worldOn(top, top, 'real');
  fill(world, 2000);
  await hashed(world);
  const backup = path.join(top, 'backup');
  fs.mkdirSync(backup);
  const writer = spawn(process.execPath, [path.join(import.meta.dirname, 'legitimate-writer.mjs'), world.real, backup], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void writer.kill());
  await once(writer.stdout, 'data');
  for (let round = 0; round < ROUNDS; round += 1) {
    const { integrity } = await verify(world);
    expect({ round, corrupt: integrity.corrupt, rewritten: integrity.rewritten }).toEqual({ round, corrupt: 0, rewritten: 0 });
    await recordSha(world.repo, OPTIONS);
    expect({ round, found: found(world) }).toEqual({ round, found: {} });
  }
  expect(writer.exitCode).toBeNull();
});

it('that is stopped in a large file has told how far it was, and the next run goes on before that', { timeout: 120_000 }, async () => {
  const small = 20;
  const big = 1 << 30;
  const world = await hashedWorld(Array.from({ length: small }, (_, index) => `f${String(index).padStart(2, '0')}`));
  fs.truncateSync(path.join(world.real, 'f10'), big);
  putBack(world, 'f10');
  await hashed(world);
  const stop = new AbortController();
  const seen: Reading[] = [];
  const onProgress = (_visited: number, _bytes: number, _directory: string, reading: Reading | null): void => {
    if (reading?.file?.path !== 'f10' || reading.file.bytes === 0) return;
    seen.push(reading);
    if (seen.length === 2) stop.abort(new Error('stopped'));
  };
  await expect(verify(world, { signal: stop.signal, onProgress })).rejects.toThrow('stopped');
  for (const { bytes, left, file } of seen) {
    expect(bytes + left).toBeGreaterThanOrEqual(big);
    expect(bytes + left).toBeLessThan(big + small * 100);
    expect(file?.size).toBe(big);
  }
  expect(rangesOf(world)).toEqual([expect.stringMatching(/"to":"f09".*"files":10,/)]);
  expect((await verify(world, { limit: { bytes: 2 * big } })).integrity.intact).toBe(10);
});

it('writes a few lines a night, and finds where to go on after hundreds of nights as it did at first', { timeout: 600_000 }, async () => {
  const files = 600;
  const world = await hashedWorld(Array.from({ length: files }, (_, index) => `d${index % 7}/file-${index}`));
  const nights = 400;
  let [read, clock] = [0, Date.now()];
  const sizes: number[] = [];
  const times: number[] = [];
  for (let night = 0; night < nights; night += 1) {
    clock += 86_400_000;
    const at = clock;
    const begun = process.cpuUsage();
    const { integrity } = await verify(world, { limit: { bytes: 120 }, now: () => new Date(at) });
    const { user, system } = process.cpuUsage(begun);
    times.push(user + system);
    read += integrity.intact;
    // As rescans do.
    if (needsGc(world.repo, DEFAULTS.gc)) await collectGarbage(world.repo, OPTIONS);
    if (night % 50 === 49) sizes.push(rangesOf(world).join('\n').length);
  }
  // Six files a night: no file twice before each was read once.
  expect(read).toBeGreaterThan(5 * nights);
  expect(Math.max(...sizes)).toBeLessThan(100 * 200);
  expect(sizes.at(-1)).toBeLessThanOrEqual(Math.max(...sizes.slice(0, 4)) * 1.1);
  const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
  expect(median(times.slice(-100))).toBeLessThan(2 * median(times.slice(0, 100)));
});
