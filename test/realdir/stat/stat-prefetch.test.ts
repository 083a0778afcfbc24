import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { LstatLatency } from '../../../src/realdir/stat/lstat-latency.js';
import { PREFETCHED } from '../../../src/realdir/stat/stat-prefetch.js';
import { buildTree, tempDir } from '../../harness/index.js';

const home = process.cwd();
let root: string;
let latency: LstatLatency;
let cursor: DirectoryCursor;

/** As many calls as a decision takes. */
function timeCalls(duration: number): void {
  for (let i = 0; i < 64; i += 1) latency.add(duration);
}

beforeEach(() => {
  root = path.join(tempDir(), 'root');
  buildTree(root, { 'first': '1', 'second': '22', 'inner/third': '333', 'inner/fourth': '4444' });
  latency = LstatLatency.of(fs.statSync(root).dev);
  timeCalls(5);
  const opened = DirectoryCursor.open(root, BY_HAND);
  if (opened === null) throw new Error('there is no directory');
  cursor = opened;
});

afterEach(() => {
  vi.useRealTimers();
  cursor.close();
  timeCalls(0);
  expect(process.cwd(), 'the process is where it was').toBe(home);
});

const openDescriptors = (): number => fs.readdirSync('/proc/self/fd').length;

describe('looking ahead', () => {
  test('waits outside of the realdir, and returns what was there at that time', async () => {
    expect(cursor.isSlow).toBe(true);
    const waiting = cursor.prefetch(0, () => ['first', 'second', 'missing']);
    expect(process.cwd()).toBe(home);
    await waiting;
    fs.rmSync(path.join(root, 'second'));
    expect([cursor.lstat('first')?.size, cursor.lstat('second')?.size, cursor.lstat('missing')]).toEqual([1, 2, null]);
    expect(cursor.lstat('second'), 'each answer is good for once').toBeNull();
  });

  test('another walk may move the process meanwhile', async () => {
    const other = DirectoryCursor.open(path.join(root, 'inner'), BY_HAND);
    const waiting = cursor.prefetch(0, () => ['first', 'inner']);
    expect(other?.names().sort()).toEqual(['fourth', 'third']);
    await waiting;
    expect(other?.lstat('third')?.size).toBe(3);
    expect(cursor.lstatPrecise('first')).toMatchObject({ size: 1, uid: fs.statSync(root).uid });
    other?.close();
  });

  test('names of one directory are not taken for those of another', async () => {
    buildTree(root, { 'inner/first': 'inside' });
    await cursor.prefetch(0, () => ['first', 'inner']);
    const inner = cursor.lstat('inner');
    expect(inner !== null && cursor.descend('inner', inner)).toBe(true);
    expect(cursor.lstat('first')?.size).toBe(6);
    await cursor.prefetch(0, () => ['first', 'third']);
    fs.rmSync(path.join(root, 'inner/third'));
    expect(cursor.lstat('third')?.size).toBe(3);
    cursor.ascend();
    expect(cursor.lstat('first')?.size).toBe(1);
  });

  test('does not ask twice, but for entries that come later and for answers that are old', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const asked = vi.fn<() => string[]>(() => ['first']);
    await cursor.prefetch(0, asked);
    await cursor.prefetch(PREFETCHED - 1, asked);
    expect(asked).toHaveBeenCalledTimes(1);
    await cursor.prefetch(PREFETCHED, asked);
    expect(asked).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10_000);
    await cursor.prefetch(PREFETCHED + 1, asked);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test('throws what an entry met when its turn comes', async () => {
    const long = 'x'.repeat(300);
    await cursor.prefetch(0, () => ['first', long]);
    expect(cursor.lstat('first')?.size).toBe(1);
    expect(() => cursor.lstat(long)).toThrow('ENAMETOOLONG');
  });

  test('keeps no descriptor', async () => {
    const before = openDescriptors();
    await cursor.prefetch(0, () => ['first', 'inner']);
    await cursor.prefetch(PREFETCHED, () => ['second']);
    cursor.close();
    expect(openDescriptors()).toBe(before);
  });
});

describe('how slow a filesystem is', () => {
  test('is decided by most calls, not by a few that are slow, and may change', () => {
    const ofOther = LstatLatency.of(-1);
    const window = ofOther.enterDirectory();
    for (let i = 0; i < window; i += 1) ofOther.add(i < window / 4 ? 100 : 0.01);
    expect(ofOther.isSlow).toBe(false);
    for (let i = 0; i < window; i += 1) ofOther.add(i < window / 4 ? 0.01 : 1);
    expect(ofOther.isSlow).toBe(true);
    expect(LstatLatency.of(-1).isSlow, 'one decision for the whole process').toBe(true);
    expect(LstatLatency.of(-2).isSlow).toBe(false);
  });

  test('is found out from the calls of a walk, and later ones cost little', () => {
    const ofOther = LstatLatency.of(-3);
    const window = ofOther.enterDirectory();
    expect(window).toBeGreaterThan(0);
    for (let i = 0; i < window; i += 1) ofOther.add(0.01);
    const timed = Array.from({ length: 1000 }, () => ofOther.enterDirectory()).reduce((sum, calls) => sum + calls, 0);
    expect(timed).toBeGreaterThan(0);
    expect(timed).toBeLessThan(100);
  });
});
