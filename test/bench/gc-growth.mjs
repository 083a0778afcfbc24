// How a shadow repo grows when a fraction of the files changes every day, and `rescan` packs it when it thinks fit.
//
//   node test/bench/gc-growth.mjs [--files <n>] [--days <n>] [--changed <percent a day>] [--facet <facet>]... [--together <n>]
//     [--growth <ratio>]
//
// --together: files that change side by side, as those of one experiment do; 1 for files all over the tree.
// --growth: `gc.growth` of the configuration, if it is not the default.
// Prints sizes of the object store in MB: after the first rescan, as it is and packed, and after each tenth one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeSmallFiles } from './trees.mjs';

const BIN = process.env.GIT_FSO_BIN || path.resolve(import.meta.dirname, '../../bin/git-fso');
const DAY = 86_400;
/** The first day, in seconds since the epoch. */
const START = 1_760_000_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    days: { type: 'string', default: '100' },
    changed: { type: 'string', default: '1' },
    facet: { type: 'string', multiple: true, default: ['stat'] },
    together: { type: 'string', default: '1' },
    growth: { type: 'string' },
  },
});
const [files, days, together] = [values.files, values.days, values.together].map(Number);
const changes = Math.round((files * Number(values.changed)) / 100);

function* filesBelow(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const at = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(at);
    else yield at;
  }
}

function fso(cwd, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`git-fso ${args.join(' ')}: status ${status}: ${stderr.slice(0, 2000)}`);
  return stdout;
}

/** Bytes of all files below a directory. */
function sizeOf(directory) {
  return fs.readdirSync(directory, { recursive: true }).reduce((sum, name) => {
    const stat = fs.statSync(path.join(directory, name));
    return stat.isFile() ? sum + stat.size : sum;
  }, 0);
}

const inMegabytes = (bytes) => (bytes / 1e6).toFixed(1);
const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'gc-growth-')));
try {
  const [real, shadow, config] = ['root/data', 'shadow', 'config.yml'].map((name) => path.join(dir, name));
  fs.mkdirSync(path.dirname(real));
  makeSmallFiles(real, files);
  const all = [...filesBelow(real)];
  const gc = values.growth === undefined ? '' : `gc: { growth: ${values.growth} }\n`;
  fs.writeFileSync(config, `shadow: ${shadow}\n${gc}roots:\n  - path: ${path.dirname(real)}\n    facets: [${values.facet.join(', ')}]\n`);
  fso(dir, ['init', '--observe', real, '--shadow', shadow]);
  const [repo] = fs
    .readdirSync(path.join(shadow, real))
    .filter((name) => name.endsWith('.fso'))
    .map((name) => path.join(shadow, real, name));
  const objects = path.join(repo, '.git/objects');
  const rescan = () => {
    fso(dir, ['rescan', '--config', config]);
    return sizeOf(objects);
  };

  const first = rescan();
  const copy = path.join(dir, 'copy.fso');
  fs.cpSync(repo, copy, { recursive: true });
  fso(copy, ['gc']);
  const packed = sizeOf(path.join(copy, '.git/objects'));
  fs.rmSync(copy, { recursive: true });
  console.log(`${files} files, ${changes} changed a day in groups of ${together}, ${values.facet.join(', ')}`);
  console.log(`after 1 rescan: ${inMegabytes(first)} MB, packed ${inMegabytes(packed)} MB`);

  let [largest, last, collections, seconds, longest] = [first, first, 0, 0, 0];
  for (let day = 2; day <= days; day += 1) {
    for (let i = 0; i < changes; i += together) {
      const from = Math.floor(Math.random() * all.length);
      const time = START + day * DAY + Math.random() * DAY;
      for (const file of all.slice(from, from + together)) fs.utimesSync(file, time, time);
    }
    const before = Date.now();
    const size = rescan();
    const took = (Date.now() - before) / 1000;
    seconds += took;
    longest = Math.max(longest, took);
    // Only gc makes it smaller.
    if (size < last) collections += 1;
    last = size;
    largest = Math.max(largest, size);
    if (day % 10 === 0)
      console.log(
        `after ${day} rescans: ${inMegabytes(size)} MB, packed ${collections} times, ${(seconds / (day - 1)).toFixed(2)} s a rescan, ` +
          `at most ${longest.toFixed(1)} s`,
      );
  }
  console.log(
    `at most ${inMegabytes(largest)} MB: ${(largest / first).toFixed(2)} times the size after the first rescan, ` +
      `${(largest / packed).toFixed(2)} times that size packed`,
  );
  console.log(`at the end ${inMegabytes(last)} MB: ${(last / first).toFixed(2)} and ${(last / packed).toFixed(2)} times`);
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
