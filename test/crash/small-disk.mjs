// Runs git-fso on a disk that is full, and on one that is read-only; prints what happened as JSON.
// Needs a mount namespace of its own: `unshare -m node small-disk.mjs <empty directory>`.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BIN, ENV } from './command.mjs';
import { prepare } from './scenarios.mjs';

const PAGE = 4096;
/** Pages that are left free: none, enough for locks, for a part of the objects, for nearly all. */
const FREE_PAGES = [0, 4, 8];

const [dir] = process.argv.slice(2);
const disk = path.join(dir, 'disk');
const results = [];

function sh(command, args) {
  return execFileSync(command, args, { env: ENV, stdio: ['ignore', 'pipe', 'inherit'] }).toString();
}

function fso(cwd, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd, env: ENV, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function stateOf(shadow) {
  if (!fs.existsSync(path.join(shadow, '.git'))) return { refs: '', fsck: '' };
  const { stdout, stderr } = spawnSync('git', ['fsck', '--full', '--strict', '--no-dangling'], { cwd: shadow, env: ENV, encoding: 'utf8' });
  return { refs: execFileSync('git', ['for-each-ref'], { cwd: shadow, env: ENV }).toString(), fsck: stdout + stderr };
}

/** Fills the disk until only so many pages are left; returns a function that makes room again. */
function fill(pages) {
  const filler = path.join(disk, 'filler');
  const fd = fs.openSync(filler, 'w');
  const page = Buffer.alloc(PAGE, 1);
  let written = 0;
  try {
    for (;;) written += fs.writeSync(fd, page);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
  fs.ftruncateSync(fd, Math.max(0, written - pages * PAGE));
  fs.closeSync(fd);
  return () => fs.rmSync(filler);
}

const prepared = new Map();

/** A shadow repo on the disk, ready for a command. What it observes is elsewhere. */
function world(steps) {
  if (!prepared.has(steps)) prepared.set(steps, prepare({ prepare: steps }, path.join(dir, `prepared-${prepared.size}`), ENV));
  const { real, shadow: original } = prepared.get(steps);
  const shadow = path.join(disk, 'shadow');
  fs.rmSync(shadow, { recursive: true, force: true });
  fs.cpSync(original, shadow, { recursive: true, preserveTimestamps: true });
  return { real, shadow };
}

const nothing = () => undefined;
const recorded = ({ fso: run, real }) => {
  run('init', '--observe', real);
  for (const command of ['stat', 'sha', 'content']) run(command);
};
const changed = (one) => {
  recorded(one);
  fs.appendFileSync(path.join(one.real, 'README.md'), 'more\n');
  fs.utimesSync(path.join(one.real, 'README.md'), 1_400_000_000, 1_400_000_000);
};

const COMMANDS = {
  init: [nothing, ({ real }) => ['init', '--observe', real]],
  'init --shadow': [nothing, ({ real, shadow }) => ['init', '--observe', real, '--shadow', path.join(shadow, 'all')]],
  stat: [changed, () => ['stat']],
  sha: [changed, () => ['sha']],
  content: [changed, () => ['content']],
  reinit: [recorded, () => ['reinit', '--bundle-subdirs']],
  gc: [changed, () => ['gc']],
};

fs.mkdirSync(disk);
sh('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
for (const [name, [steps, args]] of Object.entries(COMMANDS)) {
  for (const pages of FREE_PAGES) {
    const one = world(steps);
    const before = stateOf(one.shadow);
    const makeRoom = fill(pages);
    const full = fso(one.shadow, args(one));
    const during = stateOf(one.shadow);
    makeRoom();
    const again = full.status === 0 ? full : fso(one.shadow, args(one));
    const check = name.startsWith('init') || pages === 0 ? '' : fso(one.shadow, ['check']).stdout;
    results.push({ name, kind: 'full', pages, before, full, during, again, check, after: stateOf(one.shadow) });
  }
}
for (const [name, [steps, args]] of Object.entries(COMMANDS)) {
  const one = world(steps);
  const before = stateOf(one.shadow);
  sh('mount', ['-o', 'remount,ro', disk]);
  const full = fso(one.shadow, args(one));
  const reading = name.startsWith('init') ? [] : [['ls'], ['status'], ['check']].map((words) => fso(one.shadow, words));
  const during = stateOf(one.shadow);
  sh('mount', ['-o', 'remount,rw', disk]);
  const again = fso(one.shadow, args(one));
  results.push({ name, kind: 'read-only', pages: null, before, full, during, again, check: '', after: stateOf(one.shadow), reading });
}
sh('umount', [disk]);
console.log(JSON.stringify(results));
