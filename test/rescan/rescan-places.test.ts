import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { count } from './independent-count.js';
import { recordedCount } from './recorded-count.js';
import { makeSite } from './site.js';

describe('rescan of places', () => {
  it('is about the innermost repos that these are in, by real path or shadow repo, and creates what is missing', () => {
    const site = makeSite({ 'data/foo/s/x': '1', 'data/bar/x': '1', 'data/baz/x': '1' });
    expect(site.rescan(path.join(site.project, 'data/foo'))).toMatchObject({ status: 0 });
    expect([...site.repos().keys()]).toEqual(['data/foo']);
    expect(site.rescan()).toMatchObject({ status: 0 });
    const before = site.heads();
    for (const repo of ['data/foo/s', 'data/bar', 'data/baz']) writeFileSync(path.join(site.project, repo, 'new'), 'more');
    const run = site.rescan('project/data/foo/s/gone', site.repos().get('data/bar') ?? '');
    expect(run, run.stderr).toMatchObject({ status: 0 });
    const moved = [...site.heads()].filter(([name, head]) => before.get(name) !== head).map(([name]) => name);
    expect(moved).toEqual(['data/bar master-stat', 'data/foo master-stat']);
    // The outer repo is summed up without the help of those below it.
    expect(site.rescan(site.project)).toMatchObject({ status: 0 });
    expect(recordedCount(site.repos().get('.') ?? '', '.nogtree')).toEqual(count(site.project));
  });

  it('fails for a place in no root before anything is done, and for one in no repo', () => {
    const site = makeSite({ 'a/x': '1', 'a/b/x': '1' }, '    patterns: ["enter .", "repo a", "ignore *"]\n');
    expect(site.rescan(site.top, path.join(site.project, 'a'))).toMatchObject({ status: 2 });
    expect(existsSync(site.shadow)).toBe(false);
    const { status, stderr, stdout } = site.rescan(path.join(site.project, 'other'), path.join(site.project, 'a'));
    expect(stderr).toMatch(/other: is in no repo/);
    expect(stdout).toContain('created');
    expect(status).toBe(1);
    expect(site.rescan('--due', site.project).status).toBe(2);
  });
});
