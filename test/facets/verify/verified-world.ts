import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { FacetListener } from '../../../src/facets/facet-result.js';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import type { VerifyOptions, VerifyResult } from '../../../src/facets/verify/record-verify.js';
import { recordVerify } from '../../../src/facets/verify/record-verify.js';
import type { RunOptions } from '../../../src/shadow/transaction/run-options.js';
import { git } from '../../harness/index.js';
import type { World } from '../world.js';
import { makeWorld, OPTIONS } from '../world.js';

/** The mtime of all files, in seconds since the epoch. */
export const LONG_AGO = 1_600_000_000;

/** A ctime is remembered only if nothing can have changed in the same tick of the clock; in milliseconds. */
const TICKS = 50;

/** Puts the mtime back to what it was. */
export function putBack({ real }: World, name: string): void {
  fs.utimesSync(path.join(real, name), LONG_AGO, LONG_AGO);
}

/** A realdir of files that were hashed, none of them just now. Each has other content, with a line that says which it is. */
export async function hashedWorld(names: readonly string[]): Promise<World> {
  const world = await makeWorld({});
  for (const name of names) {
    const file = path.join(world.real, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `content of ${name}\n`);
    fs.utimesSync(file, LONG_AGO, LONG_AGO);
  }
  await hashed(world);
  return world;
}

/** Records checksums, when all is older than the tick of a clock. */
export async function hashed({ repo }: World): Promise<void> {
  await setTimeout(TICKS);
  await recordStat(repo, OPTIONS);
  await recordSha(repo, OPTIONS);
}

/** Writes one other byte, and puts the mtime back, which is in whole seconds. */
export function flip(world: World, name: string, offset = 0): void {
  const file = path.join(world.real, name);
  const { atimeMs, mtimeMs } = fs.statSync(file);
  const fd = fs.openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(fd, byte, 0, 1, offset);
  fs.writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, offset);
  fs.closeSync(fd);
  fs.utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
}

type Options = VerifyOptions & FacetListener & Pick<RunOptions, 'signal'>;

export function verify({ repo }: World, options: Options = {}): Promise<VerifyResult> {
  return recordVerify(repo, { ...OPTIONS, ...options });
}

/** The ranges that were read, as they are recorded. */
export function rangesOf({ shadow }: World): string[] {
  return git(['show', 'master-verify:.nogreadings'], shadow).split('\n').filter((line) => line.startsWith('- '));
}
