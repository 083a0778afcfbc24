import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import type { TreeSpec } from '../../harness/index.js';
import { canTrace, opensOf } from '../../harness/opens.js';
import { makeWorld, OPTIONS, recorded } from '../world.js';

const LONG_AGO = 1_500_000_000;

test.skipIf(!canTrace())('sha reads one of a hundred files if that one has changed (needs strace)', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `probe-${index}.dat`);
  const spec: TreeSpec = Object.fromEntries(names.map((name, index) => [`${index % 7}/${name}`, { file: name, mtime: LONG_AGO + index }]));
  const { real, shadow } = await makeWorld(spec);
  const opened = (): string[] => opensOf(['sha'], shadow).filter((name) => name.startsWith('probe-'));
  expect(opened().sort()).toEqual(names.sort());
  expect(opened()).toEqual([]);
  const changed = path.join(real, '3/probe-45.dat');
  fs.writeFileSync(changed, 'changed');
  fs.utimesSync(changed, LONG_AGO, LONG_AGO);
  expect(opened()).toEqual(['probe-45.dat']);
  expect(opened()).toEqual([]);
});

// Writes a file over and over, in pieces, with pauses of different lengths; its content alternates between two letters.
const WRITER = `
  const fs = require('node:fs');
  const [, file, size, piece] = process.argv;
  const fd = fs.openSync(file, 'r+');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; ; round++) {
    const bytes = Buffer.alloc(Number(piece), round % 2 === 0 ? 'B' : 'A');
    for (let at = 0; at < Number(size); at += bytes.length) fs.writeSync(fd, bytes, 0, bytes.length, at);
    Atomics.wait(pause, 0, 0, 20 + ((round * 7) % 40));
  }`;

test('sha never records a checksum of a state that a file never had', async () => {
  const [size, piece] = [2 << 20, 16 << 10];
  const { real, repo, shadow, dir } = await makeWorld({ file: 'A'.repeat(size) });
  const states = new Set<string>();
  for (const [before, after] of [['A', 'B'], ['B', 'A']] as const) {
    for (let written = 0; written <= size; written += piece) {
      states.add(createHash('sha256').update(after.repeat(written) + before.repeat(size - written)).digest('hex'));
    }
  }
  const writer = spawn(process.execPath, ['-e', WRITER, path.join(real, 'file'), String(size), String(piece)], { stdio: 'inherit' });
  const outcomes = { recorded: 0, kept: 0 };
  try {
    const end = performance.now() + 4000;
    while (performance.now() < end) {
      const { commit, warnings } = await recordSha(repo, OPTIONS);
      outcomes[commit === null ? 'kept' : 'recorded'] += 1;
      if (commit === null && warnings.length > 0) expect(warnings[0]?.message).toContain('changed while it was read');
      const sha256 = /sha256: "(.*)"/.exec(recorded({ dir, real, repo, shadow }, 'master-sha')['file'] ?? '')?.[1];
      if (sha256 !== undefined) expect(states).toContain(sha256);
      await setTimeout(5);
    }
  } finally {
    writer.kill('SIGKILL');
  }
  // Both must have happened, or the test shows nothing.
  expect(outcomes.recorded).toBeGreaterThan(0);
  expect(outcomes.kept).toBeGreaterThan(0);
});
