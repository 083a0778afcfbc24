import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Expected } from '../../../src/realdir/ahead/expected.js';
import { ENTRIES_ONLY } from '../../../src/realdir/ahead/expected.js';
import { CHUNK } from '../../../src/realdir/ahead/read-ahead.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { ExpectedSums } from '../../../src/realdir/sums/expected-sums.js';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { buildTree, tempDir } from '../../harness/index.js';
import { assumeSlow } from '../../harness/slow.js';

const home = process.cwd();
let root: string;
let cursor: DirectoryCursor;

function open(directory: string): DirectoryCursor {
  const opened = DirectoryCursor.open(directory, BY_HAND);
  if (opened === null) throw new Error('there is no directory');
  // The first calls of a walk are timed; what is timed is not asked for ahead.
  for (let i = 0; i < 64; i += 1) opened.lstat('none');
  return opened;
}

beforeEach(() => {
  root = path.join(tempDir(), 'root');
  buildTree(root, { 'first': '1', 'second': '22', 'inner/third': '333', 'inner/fourth': '4444', 'inner/most/fifth': '55555' });
  assumeSlow(root);
  cursor = open(root);
});

afterEach(() => {
  vi.useRealTimers();
  cursor.close();
  expect(process.cwd(), 'the process is where it was').toBe(home);
});

const noTurn = (): undefined => undefined;
const prefetch = (at: number, names: string[], expected: Expected = ENTRIES_ONLY): Promise<void> | undefined =>
  cursor.prefetch(at, names, () => expected, noTurn);
const everything = new ExpectedSums('', undefined);

/** Enters a directory in the way of a walk on a slow filesystem. */
async function enter(name: string): Promise<boolean> {
  const stat = cursor.lstat(name);
  await cursor.prefetchInside(name, noTurn);
  return stat !== null && cursor.descend(name, stat);
}

const openDescriptors = (): string[] =>
  fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${fd}`)].filter((target) => target.startsWith(root));
    } catch {
      return [];
    }
  });

describe('reading the entries of a directory ahead', () => {
  test('waits outside of the realdir, and returns what was there at that time', async () => {
    const waiting = prefetch(0, ['first', 'second', 'missing']);
    expect(process.cwd()).toBe(home);
    await waiting;
    fs.rmSync(path.join(root, 'second'));
    expect([cursor.lstat('first')?.size, cursor.lstat('second')?.size, cursor.lstat('missing')]).toEqual([1, 2, null]);
    expect(cursor.lstat('second'), 'each answer is good for once').toBeNull();
  });

  test('another walk may move the process meanwhile', async () => {
    const other = DirectoryCursor.open(path.join(root, 'inner'), BY_HAND);
    const waiting = prefetch(0, ['first', 'inner']);
    expect(other?.names().sort()).toEqual(['fourth', 'most', 'third']);
    await waiting;
    expect(other?.lstat('third')?.size).toBe(3);
    expect(cursor.lstatPrecise('first')).toMatchObject({ size: 1, uid: fs.statSync(root).uid });
    other?.close();
  });

  test('names of one directory are not taken for those of another', async () => {
    buildTree(root, { 'inner/first': 'inside' });
    await prefetch(0, ['first', 'inner']);
    const inner = cursor.lstat('inner');
    expect(inner !== null && cursor.descend('inner', inner)).toBe(true);
    expect(cursor.lstat('first')?.size).toBe(6);
    expect(cursor.lstat('third')?.size).toBe(3);
    cursor.ascend();
    expect(cursor.lstat('first')?.size).toBe(1);
  });

  test('does not ask twice, but for entries that come later and for answers that are old', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const names = Array.from({ length: CHUNK + 10 }, (_, i) => `${i}`);
    buildTree(root, Object.fromEntries(names.map((name) => [name, name])));
    const [asked, later] = [names[1] as string, names.at(-1) as string];
    await prefetch(0, names);
    for (const name of names) fs.rmSync(path.join(root, name));
    expect(prefetch(1, names)).toBeUndefined();
    expect(cursor.lstat(asked)?.kind).toBe('file');
    vi.advanceTimersByTime(10_000);
    await prefetch(2, names);
    expect(cursor.lstat(names[2] as string)).toBeNull();
    await prefetch(CHUNK + 2, names);
    expect(cursor.lstat(later)).toBeNull();
  });

  test('throws what an entry met when its turn comes', async () => {
    const long = 'x'.repeat(300);
    await prefetch(0, ['first', long]);
    expect(cursor.lstat('first')?.size).toBe(1);
    expect(() => cursor.lstat(long)).toThrow('ENAMETOOLONG');
  });

  test('what is not expected is not asked for', async () => {
    await prefetch(0, ['first', 'second'], { ...ENTRIES_ONLY, wants: (name) => name !== 'second' });
    fs.appendFileSync(path.join(root, 'first'), 'more');
    fs.appendFileSync(path.join(root, 'second'), 'more');
    expect([cursor.lstat('first')?.size, cursor.lstat('second')?.size]).toEqual([1, 6]);
  });
});

describe('reading directories ahead', () => {
  test('a directory is entered, and listed, by what was read ahead', async () => {
    await prefetch(0, ['first', 'inner', 'second'], everything);
    expect(cursor.lstat('first')?.size).toBe(1);
    const stat = cursor.lstat('inner');
    await cursor.prefetchInside('inner', noTurn);
    fs.rmSync(path.join(root, 'inner/third'));
    expect(stat !== null && cursor.descend('inner', stat)).toBe(true);
    expect(cursor.names(), 'as it was when it was listed').toEqual(['fourth', 'most', 'third']);
    expect(cursor.names(), 'once').toEqual(['fourth', 'most']);
    expect(process.cwd(), 'nobody had to go there').toBe(home);
    expect(fs.readFileSync(cursor.reach('fourth'), 'utf8')).toBe('4444');
    cursor.ascend();
    expect(cursor.lstat('second')?.size).toBe(2);
  });

  test('a directory that was replaced by a link is not entered', async () => {
    buildTree(path.join(root, '../outside'), { secret: 'x' });
    await prefetch(0, ['first', 'inner'], everything);
    const stat = cursor.lstat('inner');
    await cursor.prefetchInside('inner', noTurn);
    expect(stat !== null && cursor.descend('inner', stat)).toBe(true);
    fs.renameSync(path.join(root, 'inner/most'), path.join(root, 'moved'));
    fs.symlinkSync('../../outside', path.join(root, 'inner/most'));
    await prefetch(0, cursor.names(), everything);
    const { dev, ino } = fs.lstatSync(path.join(root, 'moved'));
    await cursor.prefetchInside('most', noTurn);
    if (cursor.descend('most', { dev, ino })) {
      expect(cursor.names(), 'it was listed before').toEqual(['fifth']);
      cursor.ascend();
    }
    cursor.ascend();
  });

  test('one that was replaced after it was looked at, neither', async () => {
    await prefetch(0, ['inner'], everything);
    const stat = cursor.lstat('inner');
    fs.renameSync(path.join(root, 'inner'), path.join(root, 'moved'));
    buildTree(root, { 'inner/other': '' });
    await cursor.prefetchInside('inner', noTurn);
    // It may have been listed before or after that; then these are the names of what was looked at, or there is no way in.
    if (stat !== null && cursor.descend('inner', stat)) {
      expect(cursor.names()).toEqual(['fourth', 'most', 'third']);
      cursor.ascend();
    }
  });

  test('goes on where a directory cannot be read ahead', async () => {
    await prefetch(0, ['first', 'inner', 'second'], { ...everything, wants: () => true, listing: () => null, inside: () => null });
    expect(await enter('inner')).toBe(true);
    expect(cursor.names()).toEqual(['fourth', 'most', 'third']);
    expect(await enter('most')).toBe(true);
    expect(cursor.lstat('fifth')?.size).toBe(5);
    cursor.ascend();
    cursor.suspend();
    expect(cursor.lstat('third')?.size).toBe(3);
    cursor.ascend();
    expect(cursor.lstat('second')?.size).toBe(2);
  });

  test('nothing stays open, and no more directories than that are open at a time', async () => {
    const spec = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`many/d${i}/file`, '']));
    buildTree(root, spec);
    cursor.close();
    cursor = open(root);
    await prefetch(0, ['first', 'inner', 'many', 'second'], everything);
    expect(await enter('many')).toBe(true);
    const names = cursor.names();
    let most = 0;
    for (const [index, name] of names.entries()) {
      await prefetch(index, names, everything);
      expect(await enter(name)).toBe(true);
      expect(cursor.names()).toEqual(['file']);
      most = Math.max(most, openDescriptors().length);
      cursor.ascend();
    }
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(400);
    cursor.close();
    await vi.waitFor(() => expect(openDescriptors()).toEqual([]));
  });
});
