// What the crash tests run: a state of a realdir and a shadow repo, and a command that changes it.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BIN, ENV } from './command.mjs';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const OLD = new Date(1_500_000_000_000);

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  fs.utimesSync(file, OLD, new Date(OLD.getTime() + text.length * 1000));
}

/** The directory that is observed, before or after it has changed. */
function makeRealdir(real) {
  for (const name of ['README.md', 'a', 'b\xe9', 'data/x', 'data/deep/y', 'two words/z']) write(path.join(real, name), `${name}\n`);
  fs.symlinkSync('a', path.join(real, 'link'));
}

function changeRealdir(real) {
  write(path.join(real, 'a'), 'longer than before\n');
  write(path.join(real, 'data/deep/new'), 'n\n');
  write(path.join(real, 'README.md'), '# changed\n');
  fs.rmSync(path.join(real, 'two words'), { recursive: true });
}

/** Tools that prepare a world in `dir`: `real` is observed, `shadow` is what a crash may hit. */
function worldIn(dir, env) {
  const real = path.join(dir, 'real');
  const shadow = path.join(dir, 'shadow');
  const exec = (command, args) => execFileSync(command, args, { cwd: shadow, env, stdio: ['ignore', 'pipe', 'inherit'] }).toString().trim();
  return {
    real,
    shadow,
    fso: (...args) => exec(process.execPath, [BIN, ...args]),
    git: (...args) => exec('git', args),
  };
}

function recorded({ fso, real }) {
  fso('init', '--observe', real);
  for (const command of ['stat', 'sha', 'content']) fso(command);
}

function thenChanged(world) {
  recorded(world);
  changeRealdir(world.real);
}

function withStubEdit(world) {
  recorded(world);
  fs.writeFileSync(path.join(world.shadow, '.gitignore'), '*.tmp\n');
  world.git('commit', '-qam', 'Ignore *.tmp');
}

function withHistory(world) {
  recorded(world);
  for (let i = 0; i < 3; i += 1) {
    write(path.join(world.real, 'a'), 'x'.repeat(100 + i));
    world.fso('stat');
  }
  world.git('hash-object', '-w', '--', '.gitignore');
}

/** Other bytes in a file, also in one that is another one, with the mtimes put back: what `verify` finds, and `sha`. */
function rewritten(world) {
  recorded(world);
  for (const [name, file] of [['a', 'a'], ['data/x', 'data/new']]) {
    const { size, mtime } = fs.statSync(path.join(world.real, name));
    fs.writeFileSync(path.join(world.real, file), 'X'.repeat(size));
    fs.utimesSync(path.join(world.real, file), OLD, mtime);
  }
  fs.renameSync(path.join(world.real, 'data/new'), path.join(world.real, 'data/x'));
}

function verified(world) {
  rewritten(world);
  spawnSync(process.execPath, [BIN, 'verify'], { cwd: world.shadow, env: ENV, stdio: 'ignore' });
}

function hasFindings(shadow) {
  const names = execFileSync('git', ['ls-tree', '-r', '--name-only', 'master-verify'], { cwd: shadow, env: ENV });
  return names.toString().trim() !== '.nogreadings';
}

/** A configured root with one repo that is known, and one that is not. */
function withRoot(world) {
  const { real, shadow, fso } = world;
  for (const name of ['known', 'new']) makeRealdir(path.join(real, 'root', name));
  fso('init', '--observe', path.join(real, 'root/known'), '--shadow', path.join(shadow, 'all'), '--uuid', UUID);
}

function configure({ real, shadow }) {
  const roots = `roots:\n  - path: ${path.join(real, 'root')}\n    facets: [stat, sha, content]\n`;
  fs.writeFileSync(path.join(shadow, 'config.yml'), `shadow: ${path.join(shadow, 'all')}\n${roots}`);
}

/** Sets or clears the attribute that makes a directory an archive placeholder; false where that cannot be done. */
function freeze(directory, isOn = true) {
  return spawnSync('chattr', [isOn ? '+i' : '-i', directory], { stdio: 'ignore' }).status === 0;
}

function canFreeze() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-freeze-'));
  try {
    return freeze(directory) && freeze(directory, false);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function frozen(world) {
  recorded(world);
  freeze(world.real);
  world.fso('stat');
}

const movedOf = ({ real }) => `${real} moved`;

/** Puts a `git` on PATH that is killed right before one of its calls, counted in each of its processes. */
function killGit({ shadow }, { call, index }, env) {
  const bin = path.join(shadow, '.git/bin');
  const [strace, git] = ['strace', 'git'].map((tool) =>
    env.PATH.split(':')
      .map((place) => path.join(place, tool))
      .find((file) => fs.existsSync(file)),
  );
  fs.mkdirSync(bin);
  fs.writeFileSync(
    path.join(bin, 'git'),
    `#!/bin/sh\nexec ${strace} -f -o /dev/null -e trace=${call} -e inject=${call}:signal=KILL:when=${index} ${git} "$@"\n`,
    { mode: 0o755 },
  );
  return { ...env, PATH: `${bin}:${env.PATH}` };
}

/** Calls of Git by number; which of them are reached depends on its version. */
const CALLS_OF_GIT = ['openat', 'write', 'fsync', 'rename', 'link', 'unlink', 'mkdir', 'chmod'].flatMap((call) =>
  Array.from({ length: 12 }, (_, index) => ({ call, index: index + 1, line: `${call} number ${index + 1} of Git` })));

/**
 * Each with `prepare(world)`, the arguments of the command, and where it differs from the rest:
 * - `repos(shadow)`: the shadow repos, if there is not just the one;
 * - `isDone(shadow)`: true if the command must not be run again, because it was done when it was killed;
 * - `configure(world)`: what is left to do in each copy of the shadow;
 * - `end(world)`: what is to be done before the world can be removed;
 * - `status`: the exit status of the command, if it is not 0;
 * - `keepsCommits`: the ids of commits must stay the same, too;
 * - `isDamaged`: the repo has errors before the command;
 * - `targets` and `killed(world, target, env)`: a process that the command starts is killed instead.
 */
export const SCENARIOS = {
  init: {
    prepare: () => undefined,
    args: ({ real }) => ['init', '--observe', real],
    isDone: (shadow) => fs.existsSync(path.join(shadow, '.git')),
  },
  'init --shadow': {
    prepare: () => undefined,
    args: ({ real, shadow }) => ['init', '--observe', real, '--shadow', path.join(shadow, 'all'), '--uuid', UUID],
    repos: ({ real, shadow }) => [path.join(shadow, 'all', real, `${UUID}.fso`)],
  },
  'stat, the first': { prepare: ({ fso, real }) => fso('init', '--observe', real), args: () => ['stat'] },
  stat: { prepare: thenChanged, args: () => ['stat'] },
  'stat, refs packed': {
    prepare: (world) => {
      thenChanged(world);
      world.git('pack-refs', '--all');
    },
    args: () => ['stat'],
  },
  'stat without flock': { prepare: thenChanged, args: () => ['stat'], withoutFlock: true },
  'sha, the first': {
    prepare: ({ fso, real }) => {
      fso('init', '--observe', real);
      fso('stat');
    },
    args: () => ['sha'],
  },
  sha: { prepare: thenChanged, args: () => ['sha'] },
  'sha, files rewritten': { prepare: rewritten, args: () => ['sha'] },
  verify: { prepare: rewritten, args: () => ['verify'], status: 5 },
  'verify --accept': {
    prepare: verified,
    args: ({ real }) => ['verify', '--accept', real],
    isDone: (shadow) => !hasFindings(shadow),
  },
  content: { prepare: thenChanged, args: () => ['content'] },
  ...(canFreeze() && { archive: { prepare: frozen, args: () => ['archive'], end: ({ real }) => freeze(real, false) } }),
  sot: { prepare: recorded, args: () => ['sot'] },
  tos: { prepare: recorded, args: () => ['tos'] },
  'meta set': { prepare: recorded, args: () => ['meta', 'set', 'a', 'color="red"'] },
  'apply-stub': { prepare: withStubEdit, args: () => ['apply-stub'] },
  reinit: { prepare: recorded, args: () => ['reinit', '--ignore-most'] },
  'stub ignore': { prepare: recorded, args: () => ['stub', 'ignore', '*.tmp'] },
  'stub bundle': { prepare: recorded, args: () => ['stub', 'bundle', '/data/'] },
  'stub edit': { prepare: recorded, args: () => ['stub', 'edit'] },
  move: {
    prepare: (world) => {
      recorded(world);
      fs.renameSync(world.real, movedOf(world));
    },
    args: (world) => ['move', movedOf(world)],
  },
  gc: { prepare: withHistory, args: () => ['gc'], keepsCommits: true },
  'gc, Git itself is killed': { prepare: withHistory, args: () => ['gc'], keepsCommits: true, targets: CALLS_OF_GIT, killed: killGit },
  'check --repair': {
    prepare: (world) => {
      recorded(world);
      fs.writeFileSync(path.join(world.shadow, '.git/refs/heads/master-stat'), '');
      fs.rmSync(path.join(world.shadow, '.git/HEAD'));
    },
    args: () => ['check', '--repair'],
    isDamaged: true,
    keepsCommits: true,
  },
  rescan: {
    prepare: withRoot,
    configure,
    args: ({ shadow }) => ['rescan', '--config', path.join(shadow, 'config.yml')],
    repos: ({ shadow, real }) =>
      ['known', 'new'].flatMap((name) => {
        const mirror = path.join(shadow, 'all', real, 'root', name);
        return fs.existsSync(mirror)
          ? fs
              .readdirSync(mirror)
              .filter((one) => /^[0-9a-f-]{36}\.fso$/.test(one))
              .map((one) => path.join(mirror, one))
          : [];
      }),
  },
};

/** A copy of the shadow of a world, with the same realdir, which is only read. */
export function copyWorld(scenario, { real, shadow }, copy) {
  fs.cpSync(shadow, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const world = { real, shadow: copy };
  scenario.configure?.(world);
  return world;
}

/** The shadow repos of a world that are there. */
export function reposOf(scenario, world) {
  const repos = scenario.repos === undefined ? [world.shadow] : scenario.repos(world);
  return repos.filter((repo) => fs.existsSync(path.join(repo, '.git')));
}

/** Builds the world of a scenario; returns it. */
export function prepare(scenario, dir, env) {
  const world = worldIn(dir, env);
  fs.mkdirSync(world.shadow, { recursive: true });
  makeRealdir(world.real);
  scenario.prepare(world);
  return world;
}
