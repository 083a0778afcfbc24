import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import type { TreeSpec } from '../../harness/index.js';
import { git, tempDir } from '../../harness/index.js';
import type { World } from '../world.js';
import { makeWorld, OPTIONS } from '../world.js';
import { sharedBy } from './threaded-world.js';

/** So much text that each thread has a pack of its own: the records of symbolic links have their targets. */
const TREE: TreeSpec = Object.fromEntries(
  Array.from({ length: 1200 }, (_, n) => [`${n % 8}/${n % 3}/link ${n}`, { symlink: `${n}/${'x'.repeat(4000)}` }]),
);

const packsOf = ({ shadow }: World): string[] => fs.readdirSync(path.join(shadow, '.git/objects/pack')).sort();

/** A program that does what the threads do, and `more`. */
function programWith(more: string): URL {
  const file = path.join(tempDir(), 'program.mjs');
  const usual = JSON.stringify(sharedBy(2).team?.program?.href);
  fs.writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${more}\nawait import(${usual});\n`);
  return pathToFileURL(file);
}

test('threads write packs of their own, and nothing else is left', async () => {
  const world = await makeWorld(TREE);
  const before = packsOf(world);
  await recordStat(world.repo, { ...OPTIONS, ...sharedBy(2) });
  const packs = packsOf(world).filter((name) => !before.includes(name));
  expect(packs.filter((name) => name.endsWith('.idx'))).toHaveLength(2);
  expect(packs).toHaveLength(4);
  git(['fsck', '--full', '--strict', '--no-progress'], world.shadow);
});

test.each(['handOver', 'finish'])('a thread that ends when it is asked to %s ends the run; nothing is recorded or left', async (ask) => {
  const world = await makeWorld(TREE);
  const before = packsOf(world);
  const program = programWith(`parentPort.on('message', (message) => { if (message.ask === '${ask}') process.exit(3); });`);
  const shared = sharedBy(2);
  const run = recordStat(world.repo, { ...OPTIONS, ...shared, team: { ...shared.team, program } });
  await expect(run).rejects.toThrow('a thread of the walk has ended');
  expect(packsOf(world)).toEqual(before);
  expect((await recordStat(world.repo, OPTIONS)).added).toBe(1201);
});

test('a run that is cancelled ends its threads; nothing is recorded or left', async () => {
  const world = await makeWorld(TREE);
  const before = packsOf(world);
  const controller = new AbortController();
  const reason = new Error('enough');
  const run = recordStat(world.repo, { ...OPTIONS, ...sharedBy(3), signal: controller.signal, onProgress: () => controller.abort(reason) });
  await expect(run).rejects.toBe(reason);
  expect(packsOf(world)).toEqual(before);
});
