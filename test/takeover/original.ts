import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import type { World } from '../facets/world.js';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, git, tempDir } from '../harness/index.js';

const MAKE = path.resolve(import.meta.dirname, '../../fixtures/reference-repo/make.mjs');

/** Long before any index is written, with and without a fraction of a second. */
export const LONG_AGO = 1_577_872_800;

export const TREE: TreeSpec = {
  'README.md': { file: 'read me\n', mtime: LONG_AGO + 0.125 },
  'a.dat': { file: 'content of a\n', mtime: LONG_AGO + 0.25 },
  'sub/b.dat': { file: 'content of b\n', mtime: LONG_AGO + 3 },
  'sub/deep/c.dat': { file: 'content of c\n', mtime: LONG_AGO + 0.5 },
  empty: { file: '', mtime: LONG_AGO },
  link: { symlink: 'a.dat', mtime: LONG_AGO },
  sub: { directory: true, mtime: LONG_AGO },
};

/** A realdir with a shadow repo as git-fso 0.1.0 leaves it, up to date on all branches. */
export function makeOriginal(spec: TreeSpec = TREE, ...flags: readonly string[]): World {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), spec);
  const shadow = path.join(dir, 'shadow');
  execFileSync(process.execPath, [MAKE, ...flags, real, shadow], { stdio: 'inherit' });
  return { dir, real, shadow, repo: ShadowRepo.open(shadow) };
}

/** Trees of all branches. */
export function trees({ shadow }: World): string {
  return git(['for-each-ref', '--format=%(refname:short) %(tree)', 'refs/heads'], shadow);
}

/** Replaces a file in the realdir by one that is newer, but not new. */
export function change({ real }: World, name: string, text: string): void {
  const at = path.join(real, name);
  fs.writeFileSync(at, text);
  fs.utimesSync(at, LONG_AGO + 1000.5, LONG_AGO + 1000.5);
}

/** True if the programs of git-fso 0.1.0 are where it looks for them, and it can run `sha`. */
export function canOriginalWork({ shadow }: World): { stat: boolean; sha: boolean } {
  const workshop = path.join(shadow, '.git/fso/sha.git');
  return {
    stat: fs.existsSync(path.join(shadow, '.git/fso/bin/stat-clean')),
    sha: fs.existsSync(path.join(shadow, '.git/fso/bin/sha-clean')) && !(fs.existsSync(workshop) && fs.statSync(workshop).isFile()),
  };
}

/** What Git says when git-fso 0.1.0 asks it, in the surroundings of a facet, for what may have changed. */
export function modifiedForOriginal({ real, shadow }: World, facet: 'stat' | 'sha'): string[] {
  const gitDir = path.join(shadow, '.git');
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), `* filter=${facet} -text\n.git* -filter text\n.nog* -filter text\n`);
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: real, GIT_INDEX_FILE: path.join(gitDir, `index-${facet}`) };
  const listed = git(['ls-files', '-z', '--modified', '--others', '--exclude-standard'], gitDir, { env }).split('\0');
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), '');
  return listed.filter((name) => name !== '' && !/(^|\/)\.(git|nog)/.test(name));
}

/** Records changed files on `master-sha` as git-fso 0.1.0 does: with its filter, through its index. */
export function recordShaLikeOriginal(world: World): void {
  const { real, shadow } = world;
  const gitDir = path.join(shadow, '.git');
  const changed = modifiedForOriginal(world, 'sha');
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), '* filter=sha -text\n.git* -filter text\n.nog* -filter text\n');
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: real, GIT_INDEX_FILE: path.join(gitDir, 'index-sha') };
  if (changed.length > 0) git(['add', '--', ...changed], gitDir, { env });
  const commit = git(['commit-tree', '-m', 'sha', '-p', 'master-sha', git(['write-tree'], gitDir, { env })], gitDir);
  git(['update-ref', 'refs/heads/master-sha', commit], gitDir);
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), '');
}

/** Has a program of git-fso 0.1.0 write the names of the files that it is asked about; returns them. */
export function watchProgram({ shadow }: World, program: string): () => string[] {
  const at = path.join(shadow, '.git/fso/bin', program);
  const log = path.join(shadow, '.git', `${program}.log`);
  fs.writeFileSync(at, fs.readFileSync(at, 'utf8').replace('set -eu\n', `set -eu\necho "$1" >>'${log}'\n`));
  return () => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter((line) => line !== '') : []);
}
