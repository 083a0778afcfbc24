import { appendFileSync, closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, git, readBranchTree } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { makeSite } from '../site.js';

const KIB = 1024;

function shadowOf(site: TestSite, realdir: string): string {
  const shadow = site.repos().get(realdir);
  if (shadow === undefined) throw new Error(`${realdir} has no shadow repo`);
  return shadow;
}

/** What doctor says of limits. */
function doctorOf(site: TestSite): string[] {
  const { stdout } = fso(['doctor', '--config', site.config, '--json'], { cwd: site.top });
  return stdout.split('\n').filter((line) => line.includes('a limit has kept'));
}

function recorded(site: TestSite, realdir: string, facet: string): string[] {
  return [...readBranchTree(shadowOf(site, realdir), `master-${facet}`).keys()].filter(
    (name) => !/(^|\/)\.(gitignore|nogtree)$/.test(name),
  );
}

describe('limits.newRepos', () => {
  const tree = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`dir-${i}/f`, '']));
  const settings = '    facets: [stat]\n    limits: { newRepos: 3 }\n';

  it.each([[[]], [['--due']]])('rescan %j creates so many, says how many are left, and goes on next time', (args) => {
    const site = makeSite(tree, `${settings}    schedule: { stat: every 1h }\n`);
    const first = site.rescan(...args);
    expect(first.stderr).toContain('5 directories have no shadow repo yet, because one run creates 3 at most (limits.newRepos)');
    expect(first.stdout).toContain('3 repos, 3 created, 3 changed, 5 left for the next run');
    expect(first.status).toBe(0);
    expect(site.repos().size).toBe(3);
    expect(doctorOf(site)).toEqual([expect.stringContaining('limits.newRepos: 5 directories')]);
    site.rescan(...args);
    expect(site.repos().size).toBe(6);
    expect(site.rescan(...args).stderr).toBe('');
    expect(site.repos().size).toBe(8);
    expect(doctorOf(site)).toEqual([]);
  });

  it('does not count what init limits refuse', () => {
    const site = makeSite(
      { 'a/f': '', 'a/g': '', 'a/h': '', 'b/f': '' },
      '    facets: [stat]\n    limits: { newRepos: 1 }\n    initLimits: { maxFiles: 2 }\n',
    );
    expect(site.rescan('--jobs', '1').stdout).toContain('1 created');
    expect([...site.repos().keys()]).toEqual(['b']);
  });
});

describe('limits.readme', () => {
  const settings = '    facets: [content]\n    limits: { readme: 1k }\n';

  it('keeps the last record of a README that is larger; the command by hand takes it', () => {
    const site = makeSite({ 'a/README.md': 'first\n' }, settings);
    site.rescan();
    const readme = path.join(site.project, 'a/README.md');
    writeFileSync(readme, 'x'.repeat(KIB + 1));
    const { stderr, status } = site.rescan();
    expect(stderr).toMatch(/^warning .*\/a: content: README.md: has 1025 bytes, and scheduled runs take 1024 at most.*limits.readme/);
    expect(status).toBe(0);
    const text = (): string | undefined => readBranchTree(shadowOf(site, 'a'), 'master-content').get('README.md')?.text;
    expect(text()).toBe('first\n');
    expect(doctorOf(site)).toHaveLength(1);
    expect(fso(['content'], { cwd: shadowOf(site, 'a') }).status).toBe(0);
    expect(text()).toHaveLength(KIB + 1);
    writeFileSync(readme, 'small\n');
    expect(site.rescan().stderr).toBe('');
    expect(text()).toBe('small\n');
    expect(doctorOf(site)).toEqual([]);
  });

  it('takes 16 times as much of all files that are followed', () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a/doc-${i}`, 'old\n']));
    const site = makeSite({ 'a/README.md': 'r\n', ...files }, settings);
    site.rescan();
    const shadow = shadowOf(site, 'a');
    git(['checkout', '-q', 'master-content'], shadow);
    for (const name of Object.keys(files)) writeFileSync(path.join(shadow, path.basename(name)), '');
    git(['add', '-f', '.'], shadow);
    git(['commit', '-qm', 'follow'], shadow);
    git(['checkout', '-q', 'master-stat'], shadow);
    for (const name of Object.keys(files)) writeFileSync(path.join(site.project, name), `${name}\n`.padStart(KIB, 'x'));
    expect(site.rescan().stderr.match(/is left for another run/g)).toHaveLength(4);
    expect(site.rescan().stderr).toBe('');
    expect(
      [...readBranchTree(shadow, 'master-content')].filter(([name, { text }]) => name.startsWith('doc-') && text.length === KIB),
    ).toHaveLength(20);
  });
});

describe('limits.warnings', () => {
  it('tells so many warnings of a repo, and how many more there are', () => {
    const site = makeSite({ 'a/f': '' }, '    facets: [stat]\n    limits: { warnings: 4 }\n');
    for (let i = 0; i < 1500; i += 1) {
      const gitDir = path.join(site.project, `a/sub-${i}/.git`);
      for (const name of ['refs', 'objects']) mkdirSync(path.join(gitDir, name), { recursive: true });
      writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
    }
    const { stderr } = site.rescan();
    expect(stderr.match(/repository without a commit/g)).toHaveLength(4);
    expect(stderr).toMatch(/^warning .*\/a: … and 1,496 more$/m);
    const event = site.rescan('--json').stdout.split('\n').find((line) => line.includes('"type":"repo"'));
    expect(JSON.parse(event ?? '')).toMatchObject({ facets: [{ warningCount: 1500, warnings: { length: 4 } }] });
  });
});

describe('limits.ignoreSteps', () => {
  it('adds nothing to a directory whose rules cost more, and keeps what is recorded there', () => {
    const site = makeSite({ 'a/f': '1', 'a/sub/g': '1', 'b/f': '' }, '    facets: [stat]\n    limits: { ignoreSteps: 2k }\n');
    site.rescan();
    const directory = path.join(site.project, 'a');
    writeFileSync(path.join(directory, '.gitignore'), Array.from({ length: 500 }, (_, i) => `*a*${i}*b?\n`).join(''));
    for (const name of ['new', 'sub/new']) writeFileSync(path.join(directory, name), '');
    appendFileSync(path.join(directory, 'f'), '23');
    const { stderr } = site.rescan();
    expect(stderr).toMatch(/^warning .*\/a: stat: \.: its ignore rules take more than 2048 steps.*limits.ignoreSteps/m);
    expect(recorded(site, 'a', 'stat')).toEqual(['f', 'sub/g']);
    expect(readBranchTree(shadowOf(site, 'a'), 'master-stat').get('f')?.text).toContain('size: 3');
    expect(doctorOf(site)).toEqual([expect.stringContaining('limits.ignoreSteps')]);
  });
});

describe('scheduled sha', () => {
  it('leaves out large files that have hardly any data', () => {
    const site = makeSite({ 'a/f': '1' }, '    facets: [sha]\n');
    const fd = openSync(path.join(site.project, 'a/hollow'), 'w');
    ftruncateSync(fd, 15 * 1024 ** 4);
    closeSync(fd);
    const { stderr, status } = site.rescan();
    expect(stderr).toMatch(/^warning .*\/a: sha: hollow: is larger than 1 GiB, and less than 1 % of it is data/);
    expect(status).toBe(0);
    expect(recorded(site, 'a', 'sha')).toEqual(['f']);
    expect(doctorOf(site)).toHaveLength(1);
  });
});
