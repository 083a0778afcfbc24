// Shadow repos with long histories, written by `git fast-import`: recording so many runs would take days.
import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { BIN, run } from './lab.mjs';

const FILES_PER_DIRECTORY = 100;
const DIRECTORIES_PER_DIRECTORY = 100;
const DAY = 86_400;
/** Time of the first commit, in seconds since 1970. */
const BEGIN = 1_600_000_000;

/** Path of a file by its number. */
export function pathOf(number) {
  const directory = Math.floor(number / FILES_PER_DIRECTORY);
  const part = Math.floor(directory / DIRECTORIES_PER_DIRECTORY);
  return `part-${part}/run-${directory % DIRECTORIES_PER_DIRECTORY}/sample-${number % FILES_PER_DIRECTORY}.dat`;
}

function hexOf(number, version, digits) {
  const mixed = BigInt(number + 1) * 0x9e3779b97f4a7c15n + BigInt(version) * 0xbf58476d1ce4e5b9n;
  return mixed.toString(16).padStart(digits, '5').slice(-digits);
}

function recordOf(facet, number, version) {
  const name = `name: "sample-${number % FILES_PER_DIRECTORY}.dat"\nsize: ${1000 + ((number * 7 + version * 13) % 9000)}\n`;
  if (facet === 'stat') return `${name}mtime: ${BEGIN - DAY + version * DAY}\n`;
  return `${name}sha1: "${hexOf(number, version, 40)}"\nsha256: "${hexOf(number, version, 64)}"\n`;
}

const fileCommand = (name, text) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`;

/** The number of a file that changes on a day: the `i`-th of it. */
export const changedOn = (day, i, files) => (day * 7919 + i * 104_729) % files;

/** A time between the records of a day and those of the next one, as Git reads it. */
export const timeAfter = (day) => new Date((BEGIN + day * DAY + DAY / 2) * 1000).toISOString();

/** The stream of a history in which each day, from the second on, `changes` files change. */
function* streamOf(facet, { files, days, changes }) {
  for (let day = 0; day < days; day += 1) {
    // `sha` runs an hour after `stat`.
    const time = BEGIN + day * DAY + (facet === 'sha' ? 3600 : 0);
    const message = `${facet} ${day}`;
    yield `commit refs/heads/master-${facet}\ncommitter Bench <bench@localhost> ${time} +0000\ndata ${message.length}\n${message}\n`;
    // A history of its own: the commit with which the shadow repo began is younger.
    if (day === 0) yield fileCommand('.gitignore', '');
    const sums = `dirs: 1\nfiles: ${files}\nlinks: 0\nothers: 0\nsize: ${files * 5000 + day}\n`;
    const times = `mtime_min: 0\nmtime_max: ${time}\nattrs: ""\n`;
    yield fileCommand('.nogtree', `name: "root"\n${facet === 'stat' ? `mtime: ${time}\n${sums}${times}` : ''}`);
    if (day === 0) for (let number = 0; number < files; number += 1) yield fileCommand(pathOf(number), recordOf(facet, number, 0));
    else {
      for (let i = 0; i < changes; i += 1) {
        const number = changedOn(day, i, files);
        yield fileCommand(pathOf(number), recordOf(facet, number, day));
      }
    }
    yield '\n';
  }
}

function importInto(shadow, facet, shape, scratch) {
  const file = path.join(scratch, 'fast-import');
  const fd = openSync(file, 'w');
  let piece = '';
  for (const text of streamOf(facet, shape)) {
    piece += text;
    if (piece.length < 1 << 20) continue;
    writeSync(fd, piece);
    piece = '';
  }
  writeSync(fd, piece);
  closeSync(fd);
  run('bash', ['--norc', '-c', 'git -C "$0" fast-import --quiet --force <"$1"', shadow, file]);
  unlinkSync(file);
}

/**
 * A shadow repo with a history of both facets, packed: `files` files, of which `changes` change each day, for `days` days.
 * @param {import('./lab.mjs').Lab} lab
 */
export function shadowWithHistory(lab, shape) {
  const { files, days, changes } = shape;
  return lab.made(`history-${files}-${days}-${changes}`, (directory) => {
    mkdirSync(directory);
    run(process.execPath, [BIN, 'init', '--observe', lab.oneFile()], { cwd: directory });
    for (const facet of ['stat', 'sha']) importInto(directory, facet, shape, lab.scratch);
    run('git', ['-C', directory, '-c', 'gc.autoDetach=false', 'gc', '--quiet', '--prune=now']);
  });
}
