import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import type { ReadAhead } from '../../../src/realdir/ahead/read-ahead.js';
import { BY_HAND } from '../../../src/realdir/reach/reach.js';
import { Latency } from '../../../src/realdir/stat/latency.js';
import { sumBelow } from '../../../src/realdir/sums/sum-below.js';
import { TreeSummary } from '../../../src/realdir/sums/tree-summary.js';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { git, tempDir } from '../../harness/index.js';
import { assumeSlow } from '../../harness/slow.js';
import { trySequences } from '../../model/try-sequences.js';
import { makeWorld, OPTIONS, recorded } from '../world.js';

test('read ahead, what is recorded is what the rules say, after any changes', async () => {
  assumeSlow(tempDir());
  await trySequences(30);
}, 240_000);

/** Swaps files of 1 and of 22 bytes, directories and links that lead out of the realdir, until it is told to stop. */
const SWAPPER = `
const fs = require('node:fs');
const { workerData: { real, outside, count, flag } } = require('node:worker_threads');
const stop = new Int32Array(flag);
for (let turn = 0; Atomics.load(stop, 0) === 0; turn += 1) {
  const at = real + '/d' + (turn * 7) % count;
  fs.writeFileSync(at + '/new', turn % 2 === 0 ? '1' : '22');
  fs.renameSync(at + '/new', at + '/file');
  fs.renameSync(at + '/inner', at + '/away');
  fs.symlinkSync(outside, at + '/inner');
  fs.unlinkSync(at + '/inner');
  fs.renameSync(at + '/away', at + '/inner');
}
`;

test.each(['stat', 'sha'] as const)('%s: whatever is swapped meanwhile, nothing is recorded that never was there', async (facet) => {
  const count = 60;
  const names = Array.from({ length: count }, (_, i) => `d${i}`);
  const world = await makeWorld(Object.fromEntries(names.flatMap((name) => [[`${name}/file`, '1'], [`${name}/inner/most/deep`, '333']])));
  const outside = path.join(world.dir, 'outside');
  fs.mkdirSync(path.join(outside, 'most'), { recursive: true });
  fs.writeFileSync(path.join(outside, 'most/deep'), 'secret');
  fs.writeFileSync(path.join(outside, 'secret'), 'secret');
  assumeSlow(world.real);
  const run = facet === 'stat' ? recordStat : recordSha;
  const flag = new SharedArrayBuffer(4);
  const swapper = new Worker(SWAPPER, { eval: true, workerData: { real: world.real, outside, count, flag } });
  const ended = new Promise((resolve, reject) => swapper.once('exit', resolve).once('error', reject));
  try {
    for (let round = 0; round < 20; round += 1) {
      await run(world.repo, OPTIONS);
      for (const [name, text] of Object.entries(recorded(world, `master-${facet}`))) {
        if (text.startsWith('120000')) continue;
        expect(name, 'nothing from outside').not.toContain('secret');
        expect(text, name).toMatch(name.endsWith('/deep') ? /^size: 3$/m : /^size: (?:1|2)$/m);
      }
    }
  } finally {
    Atomics.store(new Int32Array(flag), 0, 1);
    await ended;
  }
  await run(world.repo, { ...OPTIONS, recheck: true });
  const slowly = git(['rev-parse', `master-${facet}^{tree}`], world.shadow);
  assumeSlow(world.real, false);
  await run(world.repo, { ...OPTIONS, recheck: true });
  expect(git(['rev-parse', `master-${facet}^{tree}`], world.shadow)).toBe(slowly);
}, 120_000);

test('where calls have become fast, nothing is read ahead any more', async () => {
  const world = await makeWorld(Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`d${i % 800}/file-${i}`, ''])));
  const latency = Latency.of(fs.statSync(world.real).dev);
  for (let i = 0; i < 64; i += 1) {
    latency.add(5);
    latency.addListing(5, 1);
  }
  expect(latency.isSlow).toBe(true);
  for (let round = 0; round < 5 && latency.isSlow; round += 1) await recordStat(world.repo, { ...OPTIONS, recheck: true });
  expect(latency.isSlow).toBe(false);
  expect(Object.keys(recorded(world, 'master-stat'))).toHaveLength(4000);
}, 60_000);

test('memory is bounded, however large directories are, and however many', async () => {
  const top = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'git-fso-large-'));
  onTestFinished(() => fs.rmSync(top, { recursive: true }));
  const [files, directories] = [300_000, 50_000];
  fs.mkdirSync(path.join(top, 'all/files'), { recursive: true });
  fs.mkdirSync(path.join(top, 'all/more'));
  for (let i = 0; i < files; i += 1) fs.closeSync(fs.openSync(path.join(top, `all/files/${i}`), 'w'));
  for (let i = 0; i < directories; i += 1) fs.mkdirSync(path.join(top, `all/more/${i % 500}/${i}`), { recursive: true });
  assumeSlow(top);
  const cursor = DirectoryCursor.open(top, BY_HAND);
  const stat = cursor?.lstat('all');
  if (cursor === null || stat === null || stat === undefined) throw new Error('there is no directory');
  const { held } = (cursor as unknown as { readonly ahead: ReadAhead }).ahead;
  const most = { calls: 0, answers: 0, names: 0, descriptors: 0 };
  const note = (): undefined => {
    for (const key of ['calls', 'answers', 'names', 'descriptors'] as const) most[key] = Math.max(most[key], held[key]);
  };
  const summary = new TreeSummary();
  await sumBelow(cursor, 'all', stat, [summary], { yieldTurn: note, onProblem: expect.unreachable, onVisited: note });
  cursor.close();
  expect({ files: summary.files, dirs: summary.dirs }).toEqual({ files, dirs: directories + 503 });
  expect(most.answers).toBeGreaterThan(0);
  expect(most.answers).toBeLessThan(10_000);
  expect(most.names).toBeLessThan(40_000);
  expect(most.descriptors).toBeLessThan(500);
  expect(held, 'nothing is left').toMatchObject({ answers: 0, names: 0 });
}, 240_000);
