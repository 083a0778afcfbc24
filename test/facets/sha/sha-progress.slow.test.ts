import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Progress } from '../../../src/cli/render/progress/progress-state.js';
import { progressText, ProgressState } from '../../../src/cli/render/progress/progress-state.js';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { createHere } from '../../../src/shadow/create/create-here.js';
import { tempDir } from '../../harness/index.js';

const BIG = 1024 ** 3;
const SMALL = 1000;

it('tells while one big file is read how far that is, and an end that is not now', async () => {
  const top = tempDir();
  const [real, shadow] = ['real', 'shadow'].map((name) => path.join(top, name)) as [string, string];
  for (const directory of [real, shadow]) mkdirSync(directory);
  execFileSync('fallocate', ['-l', String(BIG), path.join(real, 'big')]);
  for (let index = 0; index < 50; index++) writeFileSync(path.join(real, `small${index}`), 'x'.repeat(SMALL));
  const options = { env: process.env, waitMs: 1000, command: 'test' };
  const repo = await createHere(shadow, real, { ...options, tracking: 'enter-subdirs' });
  const state = new ProgressState(performance.now());
  // As many entries as last time, so that entries alone say that all is done.
  state.add({ type: 'root', root: top, repos: 1, lastVisited: () => 51 }, performance.now());
  const seen: Progress[] = [];
  await recordSha(repo, {
    ...options,
    onProgress: (visited, bytes, directory, reading) => {
      const now = performance.now();
      state.add({ type: 'progress', realdir: real, facet: 'sha', visited, bytes, directory, reading }, now);
      seen.push(state.at(now));
    },
  });
  const whileBig = seen.filter(({ file, bytes }) => file?.path === `${real}/big` && bytes > 0);
  expect(whileBig.length).toBeGreaterThan(1);
  for (const [index, { file, bytes, bytesLeft, secondsLeft }] of whileBig.entries()) {
    // What is read and what is left make the whole, at any time.
    expect(bytes + bytesLeft).toBeGreaterThanOrEqual(BIG);
    expect(bytes + bytesLeft).toBeLessThanOrEqual(BIG + 50 * SMALL);
    expect(file?.size).toBe(BIG);
    expect(file?.bytes).toBeLessThanOrEqual(BIG);
    const before = whileBig[index - 1];
    expect(bytes).toBeGreaterThanOrEqual(before?.bytes ?? 0);
    expect(file?.bytes).toBeGreaterThanOrEqual(before?.file?.bytes ?? 0);
    if (index > 0 && bytesLeft > BIG / 10) expect(secondsLeft).toBeGreaterThan(0);
  }
  expect(progressText(whileBig.at(-1) as Progress)).toMatch(/^0\/1 repo, \d+ entries, .* read, about .* left, \d+ % of 1\.0 GiB of$/);
});

it('takes the later one of the ends that entries and bytes tell', () => {
  const state = new ProgressState(0);
  const realdir = '/r';
  state.add({ type: 'root', root: '/', repos: 1, lastVisited: () => 100 }, 0);
  const progress = (visited: number, bytes: number, left: number, now: number): Progress => {
    const reading = { bytes, left, file: { path: 'f', bytes, size: bytes + left } };
    state.add({ type: 'progress', realdir, facet: 'sha', visited, bytes, directory: '', reading }, now);
    return state.at(now);
  };
  expect(progress(50, 0, 1000, 10_000).secondsLeft).toBeNull();
  expect(progress(50, 500, 500, 20_000).secondsLeft).toBe(20);
  expect(progress(99, 500, 500, 30_000).secondsLeft).toBe(20);
  expect(progress(100, 500, 9500, 30_000).secondsLeft).toBe(380);
});
