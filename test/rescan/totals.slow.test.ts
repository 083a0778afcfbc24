import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoCommand, git } from '../harness/index.js';
import { count } from './independent-count.js';
import { canMount } from './mount-namespace.js';
import { recordedCount } from './recorded-count.js';
import type { TestSite } from './site.js';
import { changedKeys, makeSite } from './site.js';

const TRACKINGS = ['enter-subdirs', 'bundle-subdirs', 'ignore-subdirs', 'ignore-most'] as const;

const settings = (tracking: string, ...more: string[]): string =>
  ['    facets: [stat]', `    initPolicy: ["${tracking} *"]`, ...more.map((line) => `    ${line}`), ''].join('\n');

function listed(site: TestSite): Record<string, unknown>[] {
  const { stdout } = fso(['list', '--json', '--config', site.config], { cwd: site.top });
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A repository in a project, with an object as git-annex keeps it. */
function makeRepository(at: string): void {
  mkdirSync(at, { recursive: true });
  git(['init', '-q'], at);
  writeFileSync(path.join(at, 'tracked'), 'x');
  git(['add', '.'], at);
  git(['commit', '-q', '-m', 'first'], at);
}

/** Files that appear where nothing but a walk of its own can see them. */
const DEEP_PLACES = ['deep/er/and/deeper', 'nested/deep', 'nested/.git/annex/objects/XX/yy', 'ignored/deep', '.git-ish/deep'];

/** Where an entry of the toplevel has a record of its own, what it says of the sums is true, too. */
function expectTrueTotals(site: TestSite, name: string): void {
  const project = path.join(site.project, name);
  const shadow = site.repos().get(name) ?? '';
  const now = count(project);
  expect(recordedCount(shadow, '.nogtree')).toEqual(now);
  expect(listed(site)).toContainEqual(expect.objectContaining({ realdir: project, files: now.files, size: now.size }));
  for (const part of readdirSync(project)) {
    const recorded = recordedCount(shadow, part);
    if (recorded !== null) expect(recorded).toEqual(count(path.join(project, part)));
  }
}

describe.each(TRACKINGS)('totals of repos with %s', (tracking) => {
  it('are true after a deep change, and after everything was deleted', () => {
    const site = makeSite({}, settings(tracking));
    const names = DEEP_PLACES.map((_, index) => `p${index}`);
    for (const name of names) {
      buildTree(path.join(site.project, name), {
        '.gitignore': 'ignored/\n',
        'deep/er/and/file': '1',
        'ignored/x': '22',
        '.git-ish/x': '333',
      });
      makeRepository(path.join(site.project, name, 'nested'));
    }
    expect(site.rescan().status).toBe(0);
    for (const name of names) expectTrueTotals(site, name);

    for (const [index, place] of DEEP_PLACES.entries()) {
      const at = path.join(site.project, `p${index}`, place, 'new');
      mkdirSync(at, { recursive: true });
      writeFileSync(path.join(at, 'file'), 'x'.repeat(12_345));
      linkSync(path.join(at, 'file'), path.join(at, 'again'));
      symlinkSync('/nowhere', path.join(at, 'link'));
    }
    const before = site.heads();
    expect(site.rescan().stdout).toContain(`\n${names.length} repos, 0 created, ${names.length} changed`);
    expect(changedKeys(before, site.heads())).toEqual(names.map((name) => `${name} master-stat`));
    for (const name of names) expectTrueTotals(site, name);

    const after = site.heads();
    expect(site.rescan().stdout).toContain(`\n${names.length} repos, 0 created, 0 changed`);
    for (const shadow of site.repos().values()) {
      expect(fso(['status'], { cwd: shadow }).stdout).toBe('');
      expect(fso(['stat'], { cwd: shadow }).stdout).toContain('no changes');
    }
    expect(site.heads()).toEqual(after);

    const emptied = path.join(site.project, 'p0');
    for (const name of readdirSync(emptied)) rmSync(path.join(emptied, name), { recursive: true });
    rmSync(path.join(site.project, 'p1'), { recursive: true });
    expect(site.rescan().status).toBe(0);
    expect(listed(site).slice(0, 2)).toMatchObject([{ files: 0, size: 0 }, { files: null, size: null, missing: true }]);
    expect(recordedCount(site.repos().get('p0') ?? '', '.nogtree')).toEqual({ dirs: 1, files: 0, links: 0, others: 0, size: 0 });
  });
});

describe('a change that only shows in sums', () => {
  it('is told like any other', () => {
    const site = makeSite({ 'p/data/a/file': '1' }, settings('ignore-most'));
    const log = path.join(site.top, 'hook.log');
    const metrics = path.join(site.top, 'metrics.prom');
    appendFileSync(site.config, `    onChange: [{ shell: "cat >>${log}" }]\nmetrics: { textfile: ${metrics} }\n`);
    site.rescan();
    expect(readFileSync(metrics, 'utf8')).toContain(`git_fso_bytes{root="${site.project}"} 1\n`);
    rmSync(log, { force: true });
    writeFileSync(path.join(site.project, 'p/data/a/file'), '4444');
    const { stdout } = site.rescan('--json');
    const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.at(-1)).toMatchObject({ type: 'summary', changed: 1, added: 0, modified: 1, deleted: 0 });
    expect(existsSync(log)).toBe(true);
    expect(readFileSync(metrics, 'utf8')).toContain(`git_fso_bytes{root="${site.project}"} 4\n`);
    const summedAt = Number(/^git_fso_sums_timestamp_seconds\{.*\} (\S+)$/m.exec(readFileSync(metrics, 'utf8'))?.[1]);
    expect(Math.abs(Date.now() / 1000 - summedAt)).toBeLessThan(60);
    expect(readFileSync(metrics, 'utf8')).toContain(`git_fso_round_changed_paths{root="${site.project}"} 1\n`);
  });
});

describe('git-fso stat by hand', () => {
  it('keeps sums that nothing triggers, as before', () => {
    const site = makeSite({ 'p/bundle/deep/file': '1' }, settings('bundle-subdirs'));
    site.rescan();
    const shadow = site.repos().get('p') ?? '';
    const before = recordedCount(shadow, 'bundle');
    buildTree(path.join(site.project, 'p/bundle/deep'), { more: 'more' });
    expect(fso(['stat'], { cwd: shadow }).stdout).toContain('no changes');
    expect(recordedCount(shadow, 'bundle')).toEqual(before);
  });
});

describe.skipIf(!canMount)('hard links (needs root)', () => {
  it('are told apart by filesystem, whatever their inode numbers', () => {
    const site = makeSite({ 'p/a/': null, 'p/b/': null }, settings('ignore-most'));
    const [command, ...args] = [...fsoCommand(), 'rescan', '--config', site.config];
    const script = `for d in a b; do mount -t tmpfs tmpfs project/p/$d; printf 12345 >project/p/$d/x; ln project/p/$d/x project/p/$d/y; done
      test $(stat -c %i project/p/a/x) = $(stat -c %i project/p/b/x)\nexec "$@"`;
    const run = spawnSync('unshare', ['-m', 'sh', '-ec', script, 'sh', command, ...args], {
      cwd: site.top,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(recordedCount(site.repos().get('p') ?? '', '.nogtree')).toEqual({ dirs: 3, files: 4, links: 0, others: 0, size: 10 });
  });
});
