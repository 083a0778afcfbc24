import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTree, fso, git } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';
import type { TestSite } from '../../rescan/site.js';

const PATTERNS = '    patterns: |\n      superrepo .\n          enter data\n           repo data/*\n         ignore *\n';
const TREE = { 'README.md': '#', 'data/foo/a': '1', 'scratch/tmp': '2', 'other/deep/b': '3' };

function siteWith(policy: string, tree: Parameters<typeof makeSite>[0] = TREE): TestSite {
  return makeSite(tree, `${PATTERNS}    initPolicy: |\n      ${policy} .\n      enter-subdirs data/*\n    facets: [stat]\n`);
}

/** The superrepo enters what is a repo, too. */
const OVERLAP = 'overlap data/foo (. records files in it, too)';

/** State and path below the project of what nobody tracks. */
function untracked(site: TestSite): string[] {
  const { stdout, status, stderr } = fso(['discover', '--untracked', '--config', site.config], { cwd: site.top });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/ {2,}/, ' ').replaceAll(`${site.project}/`, '').replace(site.project, '.'));
}

describe('git-fso discover --untracked', () => {
  it.each([
    ['enter-subdirs', [OVERLAP]],
    ['bundle-subdirs', []],
    ['ignore-most', []],
    ['ignore-subdirs', ['ignored other', 'ignored scratch']],
  ])('leaves out what a superrepo with %s records', (policy, expected) => {
    const site = siteWith(policy);
    expect(untracked(site).filter((line) => line.startsWith('ignored'))).toEqual(['ignored other', 'ignored scratch']);
    expect(site.rescan().status).toBe(0);
    expect(untracked(site)).toEqual(expected);
  });

  it('asks the rules about what is not recorded yet, and the records before the rules', () => {
    const site = siteWith('enter-subdirs');
    expect(site.rescan().status).toBe(0);
    const top = site.repos().get('.') ?? '';
    writeFileSync(path.join(top, '.gitignore'), '/scratch/\n/late/\n/own-*\n!/own-kept/\n');
    git(['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qam', 'rules'], top);
    expect(fso(['apply-stub'], { cwd: top }).status).toBe(0);
    buildTree(site.project, { 'late/x': '1', 'fresh/x': '1', 'own-left/x': '1', 'own-kept/x': '1', 'data/new/x': '1' });
    mkdirSync(path.join(site.project, 'nested'));
    git(['init', '-q'], path.join(site.project, 'nested'));
    // What is recorded stays tracked: scratch. What the next run records is not left alone: fresh, nested, data/new.
    expect(untracked(site)).toEqual(['ignored late', 'ignored own-left', OVERLAP]);
  });

  it('asks the .gitignore files of the real directory, too', () => {
    const site = siteWith('enter-subdirs', { ...TREE, '.gitignore': '/private/\n', 'private/x': '1' });
    expect(site.rescan().status).toBe(0);
    expect(untracked(site)).toEqual(['ignored private', 'loose file .gitignore', OVERLAP]);
  });

  it('knows superrepos that are above the root', () => {
    const site = siteWith('enter-subdirs');
    expect(site.rescan().status).toBe(0);
    writeFileSync(site.config, `shadow: ${site.shadow}\nroots:\n  - { path: ${site.project}/other, patterns: [ignore *] }\n`);
    expect(untracked(site)).toEqual([]);
  });

  it('names a shadow repo that cannot say what it records, and ends with 3', () => {
    const site = siteWith('enter-subdirs');
    expect(site.rescan().status).toBe(0);
    writeFileSync(path.join(site.repos().get('.') ?? '', '.git/refs/heads/master-stat'), '0000000000000000000000000000000000000001\n');
    const { stdout, status, stderr } = fso(['discover', '--untracked', '--config', site.config], { cwd: site.top });
    expect(status).toBe(3);
    expect(stderr).toMatch(new RegExp(`^unreadable ${site.project}: .*\n$`));
    expect(stdout).toContain('scratch');
  });

  it('names loose files where no repo is, and where one leaves them out', () => {
    const loose = { 'top\xff': 'x', 'data/loose': 'x', 'data/link': { symlink: 'nowhere' }, 'data/pipe': { fifo: true } } as const;
    const site = makeSite({ ...TREE, ...loose }, '    patterns: [enter data, repo data/*, ignore *]\n    facets: [stat]\n');
    const files = ['loose file README.md', 'loose file top\\xff', 'loose file data/link', 'loose file data/loose'];
    expect(untracked(site)).toEqual(['no shadow repo data/foo', 'ignored other', 'ignored scratch', ...files]);
    expect(site.rescan().status).toBe(0);
    const { stdout } = fso(['discover', '--untracked', '--json', '--config', site.config], { cwd: site.top });
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
    const found = lines.filter(({ state }) => state === 'loose file');
    expect(found.map(({ path: at = '', pathBytes = '' }) => [path.basename(at), pathBytes])).toEqual([
      ['README.md', ''], ['top\ufffd', Buffer.from(`${site.project}/top\xff`, 'latin1').toString('base64')], ['link', ''], ['loose', ''],
    ]);
    rmSync(site.config);
    const root = `{ path: ${site.project}, patterns: [superrepo ., enter data, ignore *] }`;
    writeFileSync(site.config, `shadow: ${site.shadow}\nroots:\n  - ${root}\n`);
    expect(site.rescan().status).toBe(0);
    writeFileSync(path.join(site.repos().get('.') ?? '', '.gitignore'), '/data/l*\n');
    writeFileSync(path.join(site.project, 'data/late'), '');
    git(['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qam', 'rules'], site.repos().get('.') ?? '');
    expect(fso(['apply-stub'], { cwd: site.repos().get('.') ?? '' }).status).toBe(0);
    expect(untracked(site), 'what is recorded stays tracked').toEqual(['loose file data/late', OVERLAP]);
  });

  it('names no files of a directory without a shadow repo, and none in a bundle', () => {
    const settings = '    patterns: [superrepo ., enter bundle, superrepo other, ignore *]\n    initPolicy: [bundle-subdirs .]\n';
    const site = makeSite({ ...TREE, 'bundle/x': '1', 'other/y': '1' }, `${settings}    facets: [stat]\n`);
    const ignored = ['ignored data', 'ignored other/deep', 'ignored scratch'];
    expect(untracked(site)).toEqual(['no shadow repo .', 'no shadow repo other', ...ignored, 'loose file bundle/x']);
    expect(site.rescan().status).toBe(0);
    expect(untracked(site)).toEqual([]);
  });
});
