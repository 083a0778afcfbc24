// Where benchmarks run: trees that are made once, shadow repos that are made for each run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scriptEnvironment } from '../harness/environment.mjs';
import { makeLargeFiles, makeProjects, makeSmallFiles } from './trees.mjs';

export const BIN = path.resolve(import.meta.dirname, '../../bin/git-fso');

/** To be raised when `trees.mjs` makes other trees. */
const TREES_VERSION = 1;

const EMPTY_FROM = 1_000_000;

/** Nothing of the user's settings may count. */
export const ENV = scriptEnvironment('Bench');

/** What a command prints. Throws if it fails, or, with `quiet`, if it says anything on stderr. */
export function run(command, args, { cwd = '/', quiet = false } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: ENV, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error !== undefined) throw error;
  if (status === 0 && !(quiet && stderr !== '')) return stdout;
  throw new Error(`${command} ${args.join(' ')}: exit status ${status}: ${stderr.slice(0, 2000)}`);
}

/** Removes what runs have left that were killed: nothing in them can, while they wait for a command. */
function removeLeftovers(dir) {
  for (const name of readdirSync(dir)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(path.join(dir, name), { recursive: true, force: true });
  }
}

export class Lab {
  /** @param {string} dir keeps the trees from one run to the next */
  constructor(dir, { largeBytes = 4 * 2 ** 30 } = {}) {
    this.trees = path.join(dir, `trees-${TREES_VERSION}`);
    this.largeBytes = largeBytes;
    mkdirSync(this.trees, { recursive: true });
    removeLeftovers(dir);
    this.scratch = path.join(dir, `run-${process.pid}`);
    mkdirSync(this.scratch);
    process.on('exit', () => rmSync(this.scratch, { recursive: true, force: true }));
  }

  /** A directory of that name, made by `make` if it is not there yet. */
  made(name, make) {
    const directory = path.join(this.trees, name);
    if (existsSync(directory)) return directory;
    const partial = `${directory}.partial`;
    rmSync(partial, { recursive: true, force: true });
    console.error(`making ${directory}`);
    make(partial);
    renameSync(partial, directory);
    return directory;
  }

  /** @param {string} [purpose] keeps trees apart that are changed */
  smallFiles(count, purpose = '') {
    return this.made(`small-${count}${purpose}`, (root) => makeSmallFiles(root, count, count < EMPTY_FROM ? undefined : 0));
  }

  projects(count) {
    return this.made(`projects-${count}`, (root) => makeProjects(root, count));
  }

  largeFiles() {
    return this.made(`large-${this.largeBytes}`, (root) => makeLargeFiles(root, this.largeBytes));
  }

  oneFile() {
    return this.made('one-file', (root) => {
      mkdirSync(root);
      writeFileSync(path.join(root, 'README.txt'), 'one file\n');
    });
  }

  /** An empty directory outside of all trees. */
  empty(name) {
    const directory = path.join(this.scratch, name);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  /** A new shadow repo, in the place of the last one of that name. */
  shadow(name, realdir, tracking = 'enter-subdirs') {
    const directory = this.empty(name);
    run(process.execPath, [BIN, 'init', `--${tracking}`, '--observe', realdir], { cwd: directory });
    return directory;
  }

  /** `git status` of a tree, whose Git repository is elsewhere and whose index is warm. */
  gitStatus(realdir) {
    const gitDir = this.made(`${path.basename(realdir)}.git`, (directory) => {
      run('git', ['init', '-q', '--bare', directory]);
      run('git', ['-C', directory, 'config', 'core.bare', 'false']);
      run('git', ['--git-dir', directory, '--work-tree', realdir, 'add', '-A']);
      run('git', ['--git-dir', directory, '--work-tree', realdir, 'commit', '-qm', 'All']);
    });
    return { command: ['git', '--git-dir', gitDir, '--work-tree', realdir, 'status', '--porcelain'], cwd: realdir, env: ENV };
  }
}

/** A command that runs git-fso in a shadow repo; `measure` takes it. */
export function fso(cwd, ...args) {
  return { command: [process.execPath, BIN, ...args], cwd, env: ENV };
}

/** Throws if Git finds anything wrong. */
export function expectSound(shadow) {
  const found = run('git', ['-C', shadow, 'fsck', '--full', '--strict', '--no-dangling', '--no-progress'], { quiet: true });
  if (found !== '') throw new Error(`git fsck: ${found.slice(0, 2000)}`);
}

/** Throws unless the two values are the same. */
export function expectEqual(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

export const headOf = (shadow, facet) => run('git', ['-C', shadow, 'rev-parse', `master-${facet}`]).trim();

/** Number of recorded files, those of git-fso itself not counted. */
export function recordedFiles(shadow, facet) {
  const script = 'git -C "$0" ls-tree -r --name-only "$1" | grep -cvE "(^|/)\\.(nogtree|gitignore|gitattributes|nogbundles)$"';
  return Number(run('bash', ['--norc', '-c', script, shadow, `master-${facet}`]));
}
