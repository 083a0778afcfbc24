import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { applyStub } from '../../src/stub/apply-stub.js';
import type { FacetResult } from '../../src/facets/facet-result.js';
import { recordContent } from '../../src/facets/content/content.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { createHere } from '../../src/shadow/create/create-here.js';
import type { RunOptions } from '../../src/shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { STUB_FILE_NAMES, switchedStub } from '../../src/shadow/stub/stub-files.js';
import type { SubdirTracking } from '../../src/shadow/stub/subdir-tracking.js';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, cleanEnvironment, git, readBranchTree, tempDir } from '../harness/index.js';

export const OPTIONS: RunOptions = { env: cleanEnvironment(), waitMs: 0, command: 'git-fso test' };

/** A realdir and its shadow repo. */
export interface World {
  readonly dir: string;
  readonly real: string;
  readonly shadow: string;
  readonly repo: ShadowRepo;
}

/** Builds a realdir, and a new shadow repo for it. */
export async function makeWorld(spec: TreeSpec, tracking: SubdirTracking = 'enter-subdirs'): Promise<World> {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), spec);
  const shadow = path.join(dir, 'shadow');
  fs.mkdirSync(shadow);
  const repo = await createHere(shadow, real, { ...OPTIONS, tracking });
  return { dir, real, shadow, repo };
}

/** Mode and text of each path on a branch, stub files and `.nogtree` left out. */
export function recorded({ shadow }: World, branch: string): Record<string, string> {
  const entries = [...readBranchTree(shadow, branch)].filter(([name]) => !/(^|\/)\.(git|nog)/.test(name));
  return Object.fromEntries(entries.map(([name, { mode, text }]) => [name, mode === '100644' ? text : `${mode} ${text}`]));
}

/** Commits files on a branch, as an administrator would; null removes one. */
export function commitByHand({ shadow }: World, branch: string, files: Readonly<Record<string, string | null>>): void {
  const env = { GIT_INDEX_FILE: path.join(shadow, '.git/by-hand') };
  git(['read-tree', branch], shadow, { env });
  for (const [name, text] of Object.entries(files)) {
    if (text === null) git(['update-index', '--force-remove', name], shadow, { env });
    else {
      const oid = git(['hash-object', '-w', '--stdin'], shadow, { input: text });
      git(['update-index', '--add', '--cacheinfo', `100644,${oid},${name}`], shadow, { env });
    }
  }
  const commit = git(['commit-tree', '-p', branch, '-m', 'By hand', git(['write-tree'], shadow, { env })], shadow);
  git(['update-ref', `refs/heads/${branch}`, commit], shadow);
}

/** Changes the stub like an administrator, and applies it; null removes a file. */
export async function changeStub(world: World, files: Readonly<Record<string, string | null>>): Promise<void> {
  commitByHand(world, 'master-stub', files);
  git(['reset', '--hard', '-q'], world.shadow);
  await applyStub(world.repo, OPTIONS);
}

/** What a run told about paths that it could not read. */
export function problemsOf({ problems }: Pick<FacetResult, 'problems'>): Record<string, string> {
  return Object.fromEntries(problems.map(({ path: at, message }) => [at, message]));
}

/** The commits of all branches. */
export function heads({ shadow }: World): string {
  return git(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'], shadow);
}

/** Sets or clears the immutable attribute; false if that is not possible here. */
export function setImmutable(target: string, on: boolean): boolean {
  return spawnSync('chattr', [on ? '+i' : '-i', target], { stdio: 'ignore' }).status === 0;
}

/** True if this filesystem knows the immutable attribute, and we may set it. */
export function canSetImmutable(): boolean {
  const probe = path.join(tempDir(), 'probe');
  fs.mkdirSync(probe);
  return setImmutable(probe, true) && setImmutable(probe, false);
}

/** Runs stat, sha and content. */
export async function recordAll({ repo }: World): Promise<void> {
  await recordStat(repo, OPTIONS);
  await recordSha(repo, OPTIONS);
  await recordContent(repo, OPTIONS);
}

/** Checks that Git sees nothing to commit, and that the work tree holds the stub of a way of tracking. */
export function expectCleanStub({ shadow }: World, tracking: SubdirTracking): void {
  expect(git(['status', '--porcelain'], shadow)).toBe('');
  expect(git(['symbolic-ref', 'HEAD'], shadow)).toBe('refs/heads/master-stub');
  const files = STUB_FILE_NAMES.map((name) => fs.readFileSync(path.join(shadow, name), 'utf8'));
  expect(files).toEqual(STUB_FILE_NAMES.map((name) => switchedStub(tracking)[name]));
}
