import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fso, git } from '../../harness/index.js';
import { canGiveFiles, fsoAs, give, recordedSite, repoOf, STRANGER, touch } from './foreign-site.js';

const NAME = '00000000-0000-4000-8000-000000000000.fso';

const json = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('several directories in the place of one shadow repo', () => {
  test('a copy: the realdir is an error that names both and says which is the copy, all others are recorded', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    const copy = path.join(path.dirname(repo), NAME);
    fs.cpSync(repo, copy, { recursive: true });
    touch(site, 'one/a.txt');
    touch(site, 'two/b.txt');
    const { status, stdout, stderr } = site.rescan();
    expect(status).toBe(1);
    expect(stdout).toContain(`changed ${site.project}/two: stat`);
    expect(stderr).toContain(`${site.project}/one has several shadow repos: `);
    for (const each of [repo, copy]) expect(stderr).toContain(each);
    expect(stderr).toContain(`${copy} is a copy, as its fso/uuid tells (move ${copy} out of the shadow root)`);
    const list = fso(['list', '--config', site.config], { cwd: site.top });
    expect(list.stdout).toMatch(/\/one .*has several shadow repos/);
    expect(list.stdout).toMatch(/\/two .* ok/);
    expect(fso(['discover', '--config', site.config], { cwd: site.top }).stdout).toContain(`known          ${site.project}/two`);
    expect(fso(['doctor', '--config', site.config], { cwd: site.top }).stdout).toMatch(/error: .*\/one: .*has several shadow repos/);
    fs.rmSync(copy, { recursive: true });
    expect(site.rescan().status).toBe(0);
  });

  test('a directory that is no shadow repo is an error for that place only', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    const junk = path.join(path.dirname(repo), NAME);
    fs.mkdirSync(junk);
    touch(site, 'one/a.txt');
    const { status, stdout, stderr } = site.rescan();
    expect(status).toBe(1);
    expect(stdout).toContain(`changed ${site.project}/one: stat`);
    expect(stderr).toContain(`failed ${junk}: not a shadow repo of git-fso`);
    const list = fso(['list', '--config', site.config], { cwd: site.top });
    expect(list.stdout).toMatch(/\/one .* ok/);
    expect(list.stderr).toContain(junk);
    expect(json(fso(['discover', '--json', '--config', site.config], { cwd: site.top }).stdout)).toContainEqual(
      expect.objectContaining({ state: 'strange', path: junk }),
    );
    expect(fso(['doctor', '--config', site.config], { cwd: site.top }).stdout).toContain(`error: ${junk}: `);
  });

  test('a copy whose realdir is a private directory does not hand it out', () => {
    const site = recordedSite('    facets: [stat, content]\n');
    const secret = path.join(site.top, 'secret');
    fs.mkdirSync(secret, { mode: 0o700 });
    fs.writeFileSync(path.join(secret, 'README.md'), 'secret\n');
    const repo = repoOf(site, 'one');
    const before = git(['rev-parse', 'master-content'], repo);
    git(['config', 'fso.realdir', secret], repo);
    expect(site.rescan().stderr).toContain(`observes ${secret}, but its place stands for ${site.project}/one`);
    const byHand = fso(['content'], { cwd: repo, env: { GIT_FSO_CONFIG: site.config } });
    expect(byHand.status).toBe(1);
    expect(byHand.stderr).toContain(`observes ${secret}, which is not what its place below the shadow root stands for`);
    expect(git(['rev-parse', 'master-content'], repo)).toBe(before);
  });

  test('what killed processes have left of repos in the making is taken for nothing, and goes', () => {
    const site = recordedSite();
    const mirror = path.dirname(repoOf(site, 'one'));
    const left = ['.tmp-11111111-1111-4111-8111-111111111111.fso', '.tmp-11111111-1111-4111-8111-111111111112'].map((name) =>
      path.join(path.dirname(mirror), 'three', name),
    );
    for (const directory of left) fs.cpSync(repoOf(site, 'one'), directory, { recursive: true });
    fs.mkdirSync(path.join(site.project, 'three'));
    expect(site.rescan().status).toBe(0);
    expect(left.some((directory) => fs.existsSync(directory))).toBe(false);
    expect(site.repos().size).toBe(3);
  });
});

describe.skipIf(!canGiveFiles())('what an ordinary user may not see (needs root and setpriv)', () => {
  test.each(['mirror', 'repo', 'config'])('a private %s: list, discover and doctor show the others', (what) => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    for (const each of site.repos().values()) give(each, 0);
    fs.chmodSync(site.shadow, 0o755);
    const open = (place: string): void => {
      for (const entry of fs.readdirSync(place, { withFileTypes: true, recursive: true })) {
        fs.chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
      }
    };
    open(site.shadow);
    fs.chmodSync(
      { mirror: path.dirname(repo), repo, config: path.join(repo, '.git/config') }[what] ?? '',
      what === 'config' ? 0o600 : 0o700,
    );
    const list = fsoAs(STRANGER, ['list', '--config', site.config], site.top);
    expect(list.stdout).toMatch(/\/two .* ok/);
    expect(list.stdout).toMatch(/\/one .*(cannot be|denied)/);
    expect(list.status).toBe(1);
    const discover = fsoAs(STRANGER, ['discover', '--config', site.config], site.top);
    expect(discover.stdout).toContain(`known          ${site.project}/two`);
    const doctor = fsoAs(STRANGER, ['doctor', '--config', site.config], site.top);
    expect(doctor.stdout).toMatch(/error: .*one.*: .*(cannot be|denied)/);
    const rescan = fsoAs(STRANGER, ['rescan', '--config', site.config], site.top);
    expect(rescan.status).toBe(1);
    for (const { stderr } of [list, discover, doctor, rescan]) expect(stderr).not.toMatch(/unexpected error|\n\s+at /);
  });
});
