import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HashPool } from '../../../src/realdir/hash/hash-pool.js';
import type { HashPoolOptions } from '../../../src/realdir/hash/hash-pool.js';
import { lstatPrecise } from '../../../src/realdir/stat/lstat.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { runProcess, tempDir } from '../../harness/index.js';
import { bundleModule } from '../../harness/bundle-module.js';

let built: string;
let dir: string;
let pool: HashPool | undefined;
let workerFile: URL;

beforeAll(() => {
  built = tempDir();
  workerFile = pathToFileURL(bundleModule('realdir/hash/hash-worker', built));
});
beforeEach(() => {
  dir = tempDir();
});
afterEach(async () => {
  await pool?.close();
});

const openFiles = () => fs.readdirSync('/proc/self/fd').length;
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const contentOf = (n: number, size: number) => Buffer.alloc(size, `file ${n} `);

function submit(name: string) {
  const file = bytesOfText(path.join(dir, name));
  const expected = lstatPrecise(file);
  if (expected === null) throw new Error(`${name} is missing`);
  return pool!.hash({ path: file, expected });
}

function write(count: number, size: (n: number) => number): string[] {
  return Array.from({ length: count }, (_, n) => {
    fs.writeFileSync(path.join(dir, `f${n}`), contentOf(n, size(n)));
    return `f${n}`;
  });
}

describe.each<[string, () => HashPoolOptions]>([
  ['worker threads', () => ({ workers: 2, workerFile })],
  ['no worker threads', () => ({ workers: 0, workerFile })],
  ['no program for worker threads', () => ({ workers: 2, workerFile: null })],
  ['a program that fails', () => ({ workers: 2, workerFile: pathToFileURL(path.join(built, 'missing.mjs')) })],
])('a pool with %s', (_, options) => {
  test('answers each request with its own file', async () => {
    pool = new HashPool(options());
    // Enough bytes that threads are started, and all kinds of batches.
    const size = (n: number) => (n % 100 === 7 ? 3 << 20 : n % 10 === 3 ? 200_000 : n * 10);
    const names = write(300, size);
    const before = openFiles();
    const results = await Promise.all(names.map(submit));
    for (const [n, result] of results.entries()) {
      expect(result).toMatchObject({ stable: true, bytes: size(n), sha256: sha256(contentOf(n, size(n))) });
    }
    expect(pool.bytesHashed).toBe(names.reduce((sum, __, n) => sum + size(n), 0));
    await pool.close();
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    pool = new HashPool({ ...options(), signal: controller.signal });
    fs.writeFileSync(path.join(dir, 'huge'), '');
    fs.truncateSync(path.join(dir, 'huge'), 2 ** 40);
    const before = openFiles();
    const pending = ['huge', 'huge', 'huge', 'huge'].map(submit);
    const outcomes = Promise.allSettled(pending);
    setTimeout(() => controller.abort(new Error('enough')), 100);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    await expect(submit('huge')).rejects.toThrow('enough');
    await pool.close();
    expect(openFiles()).toBeLessThanOrEqual(before);
  });
});

describe('HashPool', () => {
  test('a file that is replaced after it was submitted does not matter', async () => {
    pool = new HashPool({ workers: 0 });
    const [name = ''] = write(1, () => 100);
    const result = submit(name);
    fs.renameSync(path.join(dir, name), path.join(dir, 'moved'));
    fs.writeFileSync(path.join(dir, name), 'something else');
    // Renaming changes the inode's change time, but that was before the first byte was read.
    expect(await result).toMatchObject({ stable: true, sha256: sha256(contentOf(0, 100)) });
  });

  test('takes relative paths, though the working directory changes', async () => {
    pool = new HashPool({ workers: 2, workerFile });
    write(1, () => 9 << 20);
    const expected = lstatPrecise(bytesOfText(path.join(dir, 'f0')));
    const home = process.cwd();
    process.chdir(dir);
    const result = expected === null ? null : pool.hash({ path: 'f0', expected });
    process.chdir(home);
    expect(await result).toMatchObject({ stable: true, bytes: 9 << 20 });
  });

  test('does not run out of descriptors, whether callers wait or not', async () => {
    pool = new HashPool({ workers: 0 });
    const names = write(1500, () => 10);
    const before = openFiles();
    const home = process.cwd();
    process.chdir(dir);
    const results = names.map((name) => pool!.hash({ path: name, expected: lstatPrecise(name)! }));
    process.chdir(home);
    expect(openFiles() - before).toBeLessThanOrEqual(1100);
    expect(pool.ready()).toBeInstanceOf(Promise);
    await pool.ready();
    expect(pool.ready()).toBeUndefined();
    expect((await Promise.all(results)).filter(({ stable }) => stable)).toHaveLength(1500);
    expect(openFiles()).toBe(before);
  });

  test('a file that vanished is unstable, and other errors keep their code', async () => {
    pool = new HashPool({ workers: 0 });
    const [name = ''] = write(1, () => 10);
    const expected = lstatPrecise(bytesOfText(path.join(dir, name)));
    if (expected === null) throw new Error('missing');
    expect(await pool.hash({ path: bytesOfText(path.join(dir, 'other')), expected })).toEqual({ stable: false });
    await expect(pool.hash({ path: 'x'.repeat(300), expected })).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  });

  test('lets the main thread do other work meanwhile', async () => {
    pool = new HashPool({ workers: 0 });
    write(1, () => 64 << 20);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await submit('f0');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  test('does not keep a process alive that has nothing more to do', async () => {
    const [name = ''] = write(1, () => 9 << 20);
    const script = `
      const { HashPool } = await import(${JSON.stringify(bundleModule('realdir/hash/hash-pool', built))});
      const { lstatPrecise } = await import(${JSON.stringify(bundleModule('realdir/stat/lstat', built))});
      const pool = new HashPool({ workers: 2, workerFile: new URL(${JSON.stringify(workerFile.href)}) });
      const path = ${JSON.stringify(path.join(dir, name))};
      console.log((await pool.hash({ path, expected: lstatPrecise(path) })).sha256);`;
    const { status, stdout } = await runProcess(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
    expect(status).toBe(0);
    expect(stdout.toString().trim()).toBe(sha256(contentOf(0, 9 << 20)));
  });
});
