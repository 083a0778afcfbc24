// Runs commands that record where only few files can be created any more; prints what happened as JSON.
// Needs a mount namespace of its own: `unshare -m node few-inodes.mjs <empty directory>`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ENV } from './command.mjs';
import { CommandLine } from './in-process.mjs';
import { copyWorld, prepare, reposOf, SCENARIOS } from './scenarios.mjs';
import { damageIn, stateOf } from './state.mjs';

const BUNDLE = path.resolve(import.meta.dirname, '../../dist/cli/bundle.cjs');
const COMMANDS = [
  'init --shadow',
  'stat',
  'sha',
  'content',
  'archive',
  'meta set',
  'sot',
  'tos',
  'apply-stub',
  'reinit',
  'stub ignore',
  'move',
  'rescan',
];
/** Inodes that are left: none, and enough for locks, but not for what is recorded. */
const FREE = process.env.FSO_CRASH_FULL === undefined ? [0, 5] : Array.from({ length: 20 }, (_, count) => count);

const [dir] = process.argv.slice(2);
const disk = path.join(dir, 'disk');
const fill = path.join(disk, 'fill');

function sh(command, ...args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** Creates files until only so many more can be. */
function leave(count) {
  fs.mkdirSync(fill);
  let made = 0;
  try {
    for (;; made += 1) fs.writeFileSync(path.join(fill, String(made)), '');
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
  for (let index = made - count; index < made; index += 1) fs.rmSync(path.join(fill, String(index)));
}

async function look(scenario, world) {
  const repos = reposOf(scenario, world);
  const damage = await Promise.all(repos.map((repo) => damageIn(repo)));
  return { state: await stateOf(repos, scenario.keepsCommits), damage: damage.filter((one) => one !== null) };
}

Object.assign(process.env, ENV);
const line = await CommandLine.load(BUNDLE);
fs.mkdirSync(disk);
sh('mount', '-t', 'tmpfs', '-o', 'size=64m,nr_inodes=1500', 'tmpfs', disk);
const results = [];
const worlds = new Map();
for (const name of COMMANDS.filter((each) => each in SCENARIOS)) {
  const scenario = SCENARIOS[name];
  if (!worlds.has(scenario.prepare)) worlds.set(scenario.prepare, prepare(scenario, path.join(dir, `world-${worlds.size}`), ENV));
  const original = worlds.get(scenario.prepare);
  const shadow = path.join(disk, 'shadow');
  const run = (world) => line.run(scenario.args(world), world.shadow);
  const whole = copyWorld(scenario, original, shadow);
  const undisturbed = { ...(await run(whole)), ...(await look(scenario, whole)) };
  for (const free of FREE) {
    fs.rmSync(shadow, { recursive: true, force: true });
    const world = copyWorld(scenario, original, shadow);
    leave(free);
    const short = await run(world);
    fs.rmSync(fill, { recursive: true });
    const { damage } = await look(scenario, world);
    const again = short.status === 0 ? short : await run(world);
    results.push({ name, free, short, damage, again, after: await look(scenario, world), undisturbed });
  }
  fs.rmSync(shadow, { recursive: true, force: true });
  scenario.end?.(original);
}
sh('umount', disk);
fs.writeSync(1, JSON.stringify({ results, stray: line.stray }));
