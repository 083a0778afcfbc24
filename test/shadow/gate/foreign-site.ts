import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cleanEnvironment, fsoCommand } from '../../harness/index.js';
import type { FsoResult } from '../../harness/index.js';
import type { TestSite } from '../../rescan/site.js';
import { makeSite } from '../../rescan/site.js';

/** Two users that the tests may be, without names. */
export const STRANGER = 54_321;
export const SERVICE = 54_322;

/** Whether the tests can have files of others. */
export function canGiveFiles(): boolean {
  return process.geteuid?.() === 0 && spawnSync('setpriv', ['--version']).error === undefined;
}

/** A site with the repos `one` and `two`, recorded once; the way to it is open to everybody. */
export function recordedSite(settings = '    facets: [stat]\n'): TestSite {
  const site = makeSite({ 'one/a.txt': 'a\n', 'two/b.txt': 'b\n' }, settings);
  fs.chmodSync(site.top, 0o755);
  const { status, stderr } = site.rescan();
  if (status !== 0) throw new Error(stderr);
  return site;
}

/** The shadow repo of a realdir. */
export function repoOf(site: TestSite, name: string): string {
  const repo = site.repos().get(name);
  if (repo === undefined) throw new Error(`${name} has no shadow repo`);
  return repo;
}

/** Gives everything at and below a path to a user. */
export function give(place: string, uid: number): void {
  const { status, stderr } = spawnSync('chown', ['-hR', `${uid}:${uid}`, place], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Runs git-fso as another user. */
export function fsoAs(uid: number, args: readonly string[], cwd: string): FsoResult {
  const who = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const { status, stdout, stderr } = spawnSync('setpriv', [...who, ...fsoCommand(), ...args], {
    cwd, env: cleanEnvironment(), encoding: 'utf8', timeout: 60_000, input: '',
  });
  return { status, stdout, stderr };
}

/** Changes a file of the first repo, so that the next run has something to record. */
export function touch(site: TestSite, file: string): void {
  fs.appendFileSync(path.join(site.project, file), 'more\n');
}
