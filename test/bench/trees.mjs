// The trees that benchmarks walk. The same arguments give the same tree, times included.
import { closeSync, ftruncateSync, futimesSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';

const FILES_PER_DIRECTORY = 20;
const BRANCHES = 10;
const LARGEST_SMALL_FILE = 8192;
/** Times lie in the three years before this moment, in seconds since the epoch. */
const LATEST = 1_750_000_000;
const THREE_YEARS = 3 * 365 * 86_400;

/** A generator of numbers from 0 to 1 that starts the same each time (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A sparse file: `lstat` sees its size, and a million of them fit on any disk. */
function makeFile(file, size, mtime) {
  const fd = openSync(file, 'w');
  ftruncateSync(fd, size);
  futimesSync(fd, mtime, mtime);
  closeSync(fd);
}

/**
 * A tree of `count` files of 0 to 8 KiB, 20 in each directory, 10 subdirectories in each: 1M files
 * lie five levels deep. Times have nanoseconds, as those of files that programs write.
 * @param {number} [largest] 0 makes all files empty
 */
export function makeSmallFiles(root, count, largest = LARGEST_SMALL_FILE) {
  const random = randomFrom(count);
  const directories = [root];
  for (let made = 0, at = 0; made < count; at += 1) {
    const directory = directories[at];
    mkdirSync(directory);
    for (let i = 0; i < FILES_PER_DIRECTORY && made < count; i += 1, made += 1) {
      makeFile(`${directory}/sample-${i}-of-run.dat`, Math.floor(random() * largest), LATEST - random() * THREE_YEARS);
    }
    for (let i = 0; i < BRANCHES && directories.length * FILES_PER_DIRECTORY < count; i += 1) directories.push(`${directory}/part-${i}`);
  }
}

/** `count` directories of 50 files each, ten of these in a subdirectory. */
export function makeProjects(root, count) {
  const random = randomFrom(count);
  for (let project = 0; project < count; project += 1) {
    const directory = `${root}/project-${project}`;
    for (const part of ['', '/raw']) {
      mkdirSync(directory + part, { recursive: true });
      const files = part === '' ? 40 : 10;
      for (let i = 0; i < files; i += 1) {
        makeFile(`${directory}${part}/file-${i}.csv`, Math.floor(random() * LARGEST_SMALL_FILE), LATEST - random() * THREE_YEARS);
      }
    }
  }
}

/** Files of 256 MiB that no filesystem can shorten, `bytes` in all. */
export function makeLargeFiles(root, bytes) {
  const FILE = 256 * 2 ** 20;
  const random = randomFrom(bytes);
  const block = new Uint32Array(2 ** 18);
  mkdirSync(root);
  for (let number = 0; number * FILE < bytes; number += 1) {
    for (let i = 0; i < block.length; i += 1) block[i] = random() * 2 ** 32;
    const fd = openSync(`${root}/image-${number}.tif`, 'w');
    const size = Math.min(FILE, bytes - number * FILE);
    for (let written = 0; written < size; written += block.byteLength) writeSync(fd, block);
    closeSync(fd);
  }
}

/** One file in each fifth directory of `makeSmallFiles` gets a new time: one file in a hundred. */
export function touchOnePercent(root, count, time) {
  let [made, at] = [0, 0];
  const directories = [root];
  for (; made < count; made += FILES_PER_DIRECTORY, at += 1) {
    const directory = directories[at];
    if (at % 5 === 0) utimesSync(`${directory}/sample-0-of-run.dat`, time, time);
    for (let i = 0; i < BRANCHES && directories.length * FILES_PER_DIRECTORY < count; i += 1) directories.push(`${directory}/part-${i}`);
  }
}
