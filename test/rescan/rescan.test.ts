import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, readBranchTree } from '../harness/index.js';
import { changedKeys, makeSite } from './site.js';

const TREE = {
  'README.md': '# Project\n',
  'data/foo/a.txt': 'a\n',
  'data/foo/sub/b.txt': 'b\n',
  'data/bar/README.md': '# Bar\n',
  'data2/raw/c.txt': 'c\n',
  'data2/notes.txt': 'notes\n',
  'scratch/tmp.bin': 'tmp\n',
};

describe('rescan', () => {
  it('creates nested shadow repos with the tracking of the init policy', () => {
    const site = makeSite(TREE);
    const result = site.rescan();
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect([...site.repos().keys()].sort()).toEqual(['.', 'data/bar', 'data/foo', 'data2', 'data2/raw']);
    const stub = (realdir: string): string => git(['show', 'master-stub:.gitignore'], site.repos().get(realdir) ?? '');
    expect(stub('.')).toBe('/*/');
    expect(stub('data/foo')).toBe('');
    expect(stub('data2/raw')).toContain('!README.md');
    expect(result.stdout.trimEnd().split('\n').at(-1)).toMatch(/^5 repos, 5 created, 5 changed; \d+ entries seen in /);
  });

  it('records files, nogbundles and the toplevel', () => {
    const site = makeSite(TREE);
    site.rescan();
    const top = readBranchTree(site.repos().get('.') ?? '', 'master-stat');
    expect([...top.keys()]).toEqual(
      ['.gitattributes', '.gitignore', '.nogbundles', '.nogtree', 'README.md', 'data', 'data2', 'scratch'],
    );
    expect(top.get('data')?.text).toMatch(/^name: "data"\nmtime: \d+\ndirs: 4\nfiles: 3\nlinks: 0\nothers: 0\nsize: 10\n$/);
    const foo = readBranchTree(site.repos().get('data/foo') ?? '', 'master-stat');
    expect(foo.get('sub/b.txt')?.text).toMatch(/^name: "b.txt"\nsize: 2\nmtime: \d+\n$/);
  });

  it('makes shadow repos that Git finds clean', () => {
    const site = makeSite(TREE);
    site.rescan();
    for (const repo of site.repos().values()) {
      expect(git(['status', '--porcelain'], repo)).toBe('');
      expect(git(['fsck', '--full', '--strict'], repo)).toBe('');
      expect(git(['symbolic-ref', 'HEAD'], repo)).toBe('refs/heads/master-stub');
    }
  });

  it('makes no commit where nothing changed', () => {
    const site = makeSite(TREE);
    site.rescan();
    const before = site.heads();
    expect(site.rescan().status).toBe(0);
    expect(changedKeys(before, site.heads())).toEqual([]);
  });

  it('moves exactly the branches that a change concerns', () => {
    const site = makeSite(TREE);
    site.rescan();
    let before = site.heads();
    const changes = (change: () => void): string[] => {
      change();
      site.rescan();
      const after = site.heads();
      const changed = changedKeys(before, after);
      before = after;
      return changed;
    };
    // The sums of the project itself change with all that is below it.
    const inFoo = ['. master-stat', 'data/foo master-stat'];
    expect(changes(() => writeFileSync(path.join(site.project, 'data/foo/sub/new.txt'), 'n'))).toEqual(inFoo);
    expect(changes(() => appendFileSync(path.join(site.project, 'data/foo/a.txt'), 'more'))).toEqual(inFoo);
    expect(changes(() => rmSync(path.join(site.project, 'data/foo/sub/b.txt')))).toEqual(inFoo);
    expect(changes(() => appendFileSync(path.join(site.project, 'data/bar/README.md'), 'more'))).toEqual(
      ['. master-stat', 'data/bar master-content', 'data/bar master-stat'],
    );
  });

  it('updates the facets that it is asked for', () => {
    const site = makeSite(TREE);
    site.rescan();
    const before = site.heads();
    expect(site.rescan('--facets', 'sha', '--root', site.project).status).toBe(0);
    expect(changedKeys(before, site.heads()).every((key) => key.endsWith(' master-sha'))).toBe(true);
    expect(readBranchTree(site.repos().get('data/foo') ?? '', 'master-sha').get('a.txt')?.text).toContain('sha256: "');
  });

  it('says what it would create in a dry run, and writes nothing', () => {
    const site = makeSite(TREE);
    const result = site.rescan('--dry-run');
    expect(result.status).toBe(0);
    expect(result.stdout).toContain(`would create ${site.project}/data/foo (enter-subdirs)`);
    // It has not looked at anything else, so it has no counts of that.
    expect(result.stdout).toMatch(/\n\d+ repos, \d+ to create; what has changed was not looked for\n$/);
    expect(site.repos().size).toBe(0);
  });

  it('creates nothing with --no-init', () => {
    const site = makeSite(TREE);
    expect(site.rescan('--no-init')).toMatchObject({ status: 0 });
    expect(site.repos().size).toBe(0);
  });

  it('writes one JSON object a line with --json', () => {
    const site = makeSite(TREE);
    const events = site.rescan('--json').stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.every(({ version }) => version === 1)).toBe(true);
    expect(events.filter(({ type }) => type === 'repo')).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({ type: 'summary', repos: 5, created: 5, failed: 0 });
  });

  it('refuses repos beyond the init limits, and says why', () => {
    const site = makeSite(
      { 'big/1': '', 'big/2': '', 'big/3': '', 'small/1': '' },
      '    initLimits: { maxFiles: 3 }\n',
    );
    const result = site.rescan();
    expect([...site.repos().keys()]).toEqual(['small']);
    expect(result.stderr).toContain(`refused ${site.project}/big: more than 3 files below \`${site.project}/big\``);
    expect(result.status).toBe(0);
  });

  it('records a repo whose realdir is gone as empty once, and lists it as missing from then on', () => {
    const site = makeSite(TREE);
    site.rescan();
    renameSync(path.join(site.project, 'data/foo'), path.join(site.top, 'elsewhere'));
    const gone = site.rescan();
    expect(gone.status).toBe(0);
    expect(gone.stdout).toContain(`missing ${site.project}/data/foo`);
    expect([...readBranchTree(site.repos().get('data/foo') ?? '', 'master-stat').keys()]).toEqual(['.gitignore']);
    const before = site.heads();
    const again = site.rescan();
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout).toContain(`missing ${site.project}/data/foo`);
    expect(changedKeys(before, site.heads())).toEqual([]);
  });

  it('goes on with other repos when one fails', () => {
    const site = makeSite(TREE);
    site.rescan();
    const foo = site.repos().get('data/foo') ?? '';
    git(['config', 'core.repositoryformatversion', '1'], foo);
    git(['config', 'extensions.objectFormat', 'sha256'], foo);
    for (const name of ['new', 'hindered']) mkdirSync(path.join(site.project, 'data', name));
    writeFileSync(path.join(site.shadow, site.project, 'data/hindered'), 'in the way');
    const result = site.rescan();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`failed ${site.project}/data/foo: `);
    expect(result.stderr).toContain(`failed ${site.project}/data/hindered: `);
    expect(result.stdout).not.toContain('hindered');
    expect(result.stdout).toMatch(/repos, 1 created, \d+ changed, 2 failed;/);
    expect([...site.repos().keys()]).toContain('data/new');
  });
});
