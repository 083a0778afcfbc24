import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestSite } from './site.js';
import { makeSite } from './site.js';

const SETTINGS = '    facets: [stat, sha]\n    schedule: { stat: every 1h, sha: every 1h }\n';
const SAID_NOTHING = { status: 0, stdout: '', stderr: '' };

/** Lets all facets of all repos be due. */
function makeDue(site: TestSite): void {
  for (const repo of site.repos().values()) {
    for (const facet of ['stat', 'sha']) utimesSync(path.join(repo, '.git/fso', `success-${facet}`), 1_600_000_000, 1_600_000_000);
  }
}

/** A repository without a commit, which both facets warn of. */
function emptyRepository(directory: string): void {
  for (const name of ['refs', 'objects']) mkdirSync(path.join(directory, '.git', name), { recursive: true });
  writeFileSync(path.join(directory, '.git/HEAD'), 'ref: refs/heads/main\n');
}

describe('rescan --quiet', () => {
  it('says nothing about what goes well, and all about what fails', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    emptyRepository(path.join(site.project, 'a/sub'));
    expect(site.rescan('--quiet')).toMatchObject(SAID_NOTHING);
    expect(site.repos().size).toBe(2);
    rmSync(path.join(site.repos().get('b') ?? '', '.git/config'));
    const failed = site.rescan('--quiet');
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^failed .*\/b: .*\n$/);
  });
});

describe('rescan --due', () => {
  it('says once why a repo is not created', () => {
    const site = makeSite(
      { 'a/x': '1', 'b/x': '1', 'b/y/1': '2', 'b/y/2': '2', 'b/y/3': '2', 'b/y/4': '2' },
      `${SETTINGS}    initPolicy: ["enter-subdirs *"]\n    initLimits: { maxFiles: 4 }\n`,
    );
    expect(site.rescan('--due').stderr).toMatch(/^refused .*\/b: .*\n$/);
    expect(site.rescan('--due')).toMatchObject(SAID_NOTHING);
    renameSync(path.join(site.project, 'a'), path.join(site.project, 'c'));
    expect(site.rescan('--due').stderr).toMatch(/^failed .*\/c: .*\n$/);
    expect(site.rescan('--due')).toMatchObject(SAID_NOTHING);
    rmSync(path.join(site.project, 'b/y'), { recursive: true });
    expect(site.rescan('--due').stdout).toMatch(/created .*\/b/);
  });

  it('says nothing where nothing is due, and repeats no warning that stays the same', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    emptyRepository(path.join(site.project, 'a/sub'));
    const first = site.rescan('--due');
    expect(first.stdout).toMatch(/^root .*\n(.*\n)*1 repo, 1 created, 1 changed;/);
    expect(first.stderr).toMatch(/^warning .*\/a: stat, sha: sub: repository without a commit.*\n$/);
    expect(site.rescan('--due')).toMatchObject(SAID_NOTHING);
    makeDue(site);
    expect(site.rescan('--due')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('1 repo, 0 created') });
    emptyRepository(path.join(site.project, 'a/two'));
    makeDue(site);
    expect(site.rescan('--due').stderr).toContain(': two: repository without a commit');
    // Who calls it by hand wants to see everything.
    expect(site.rescan().stderr.match(/sub: repository without a commit/g)).toHaveLength(1);
    for (const name of ['sub', 'two']) rmSync(path.join(site.project, 'a', name), { recursive: true });
    makeDue(site);
    expect(site.rescan('--due').stderr).toBe('');
    emptyRepository(path.join(site.project, 'a/sub'));
    makeDue(site);
    expect(site.rescan('--due').stderr).toContain(': sub: repository without a commit');
  });
});
