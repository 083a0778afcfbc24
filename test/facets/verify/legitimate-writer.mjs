// Does to a directory what people do: writes, renames, makes hard links, changes modes, and restores files with their mtimes. Says
// `begun`, and goes on until it is ended.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const [directory = '.', backup = '.', seed = '1'] = process.argv.slice(2);
let state = Number(seed);

/** The same numbers for the same seed, below a limit. */
function random(limit) {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * limit);
}

const directories = fs.readdirSync(directory).filter((name) => name.startsWith('d'));

function anyFile() {
  const place = path.join(directory, directories[random(directories.length)]);
  const names = fs.readdirSync(place);
  return path.join(place, names[random(names.length)]);
}

function hasRsync() {
  try {
    execFileSync('rsync', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const copies = [['cp', '-p'], ...(hasRsync() ? [['rsync', '-t']] : [])];
let count = 0;

const ACTS = [
  () => fs.appendFileSync(anyFile(), 'more\n'),
  () => {
    const file = anyFile();
    fs.writeFileSync(file, fs.readFileSync(file).reverse());
  },
  () => fs.renameSync(anyFile(), `${anyFile()}-${(count += 1)}`),
  () => {
    const file = anyFile();
    fs.linkSync(file, `${file}-link${(count += 1)}`);
  },
  () => fs.chmodSync(anyFile(), 0o600 + random(8)),
  () => {
    // To a backup and back, as a restore does.
    const file = anyFile();
    const saved = path.join(backup, `saved-${(count += 1)}`);
    const [command, ...options] = copies[random(copies.length)];
    execFileSync(command, [...options, file, saved]);
    if (random(2) === 0) fs.rmSync(file);
    execFileSync(command, [...options, saved, file]);
    fs.rmSync(saved);
  },
  () => {
    const [one, other] = [anyFile(), anyFile()];
    fs.renameSync(one, `${one}.tmp`);
    fs.renameSync(other, one);
    fs.renameSync(`${one}.tmp`, other);
  },
  () => fs.rmSync(anyFile()),
];

process.stdout.write('begun\n');
for (;;) {
  try {
    ACTS[random(ACTS.length)]();
  } catch (error) {
    if (error.code === undefined && error.status === undefined) throw error;
  }
}
