import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeTree } from '../harness/index.js';
import { HostileWorld } from './hostile-world.js';

/** A filesystem that holds files of any size as long as nothing is in them. */
const ROOMY = '/dev/shm';

describe('modification times', () => {
  test.each([
    ['1901', '@-2147483648', '-2147483648'],
    ['a moment before 1901 in fractions', '@-2147483647.000000001', '-2147483648'],
    ['a fraction before 1970', '@-0.000000001', '-1'],
    ['1970', '@0', '0'],
    ['2038', '@2147483648', '2147483648'],
    ['2200', '@7258118400', '7258118400'],
    ['the last nanosecond of a second', '@1500000000.999999999', '1500000000'],
    ['the first nanosecond of a second', '@1500000000.000000001', '1500000000'],
    ['the last nanosecond of a second before 1970', '@-1500000000.000000001', '-1500000001'],
  ])('%s', async (_, time, seconds) => {
    const world = new HostileWorld({ f: 'x', 'd/g': 'x' });
    const set = spawnSync('touch', ['-d', time, ...['f', 'd/g', 'd', '.'].map((name) => path.join(world.real, name))]);
    expect(set.status).toBe(0);
    await world.recordsAll();
    for (const name of ['f', 'd/.nogtree']) expect(world.recorded().get(name)).toContain(`\nmtime: ${seconds}\n`);
    const toplevel = world.recorded().get('.nogtree');
    for (const key of ['mtime', 'mtime_min', 'mtime_max']) expect(toplevel).toContain(`\n${key}: ${seconds}\n`);
  });

  test('those of the future never make a file count as hashed', async () => {
    const world = new HostileWorld({ f: 'one' });
    const file = path.join(world.real, 'f');
    fs.utimesSync(file, 7_258_118_400, 7_258_118_400);
    await world.init();
    await world.records('sha');
    fs.writeFileSync(file, 'two');
    fs.utimesSync(file, 7_258_118_400, 7_258_118_400);
    expect((await world.records('sha')).stdout).toContain('1 modified');
  });
});

describe('sizes', () => {
  test('beyond what a number can tell exactly', async ({ skip }) => {
    skip(!fs.existsSync(ROOMY), `${ROOMY} is missing`);
    const realdir = fs.mkdtempSync(path.join(ROOMY, 'git-fso-hostile-'));
    try {
      const sizes = [2n ** 53n + 1n, 2n ** 62n - 1n, 2n ** 63n - 1n];
      const results = sizes.map((size, index) => spawnSync('truncate', ['-s', `${size}`, path.join(realdir, `f${index}`)]).status);
      skip(results.some((status) => status !== 0), `${ROOMY} does not take files of this size`);
      const world = new HostileWorld({}, { realdir });
      await world.recordsAll(['stat']);
      for (const [index, size] of sizes.entries()) expect(world.recorded().get(`f${index}`)).toContain(`\nsize: ${size}\n`);
      expect(world.recorded().get('.nogtree')).toContain(`\nsize: ${sizes.reduce((a, b) => a + b)}\n`);
    } finally {
      removeTree(realdir);
    }
  });

  test('what would take years to hash can be interrupted, and the rest is recorded', async () => {
    const world = new HostileWorld({ small: 'x', zzz: { sparse: 2 ** 43 } });
    await world.init();
    const { status, stderr } = await world.fsoInterrupted('sha');
    expect(stderr).toContain('interrupted');
    expect(status).toBe(1);
    world.requireSound();
    expect([...world.recorded('sha').keys()]).toContain('small');
  });
});
