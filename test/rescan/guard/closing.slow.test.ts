import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, git } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { findingsIn, makeSite } from '../site.js';

const SETTINGS = '    facets: [stat, content]\n    schedule: { stat: every 6h, content: every 6h }\n';
const HOUR = 3_600_000;

/** A site with repos `a` and `b`, as version 0.2.0 has left it where nobody had a umask. */
function olderSite(): TestSite {
  const site = makeSite({ 'a/README.md': '1', 'b/README.md': '1' }, SETTINGS);
  expect(site.rescan().status).toBe(0);
  for (const repo of site.repos().values()) git(['config', '--unset', 'core.sharedRepository'], repo);
  rmSync(path.join(site.shadow, '.git-fso/closed'));
  execFileSync('chmod', ['-R', 'a+rwX', site.shadow]);
  return site;
}

function openPaths(...args: readonly string[]): string {
  return execFileSync('find', [...args, '!', '-type', 'l', '-perm', '/077'], { encoding: 'utf8' });
}

const repoOf = (site: TestSite, name: string): string => site.repos().get(name) ?? '';

function doctor(site: TestSite): string {
  return findingsIn(fso(['doctor', '--config', site.config], { cwd: site.top }).stdout).replaceAll(site.top, 'TOP');
}

/** Runs the commands that findings name. */
function obey(site: TestSite, said: string): void {
  for (const [, command = ''] of said.matchAll(/^ {2}run (chmod .*)$/gm)) execFileSync('sh', ['-c', command.replaceAll('TOP', site.top)]);
}

describe('what an older version has left open', () => {
  it.each([['rescan'], ['rescan --due'], ['daemon --once']])('is closed by the first %s, which says so once', (command) => {
    const site = olderSite();
    const run = (): string => {
      const { status, stdout, stderr } = fso([...command.split(' '), '--config', site.config], { cwd: site.top });
      expect(status).toBe(0);
      return stdout + stderr;
    };
    expect(run()).toContain(`closed ${site.shadow}: 2 shadow repos were more open than shadowMode of the configuration allows\n`);
    expect(openPaths(site.shadow)).toBe('');
    for (const repo of site.repos().values()) expect(git(['config', 'core.sharedRepository'], repo)).toBe('0600');
    expect(run()).not.toContain('closed ');
  });

  it('is an event of its own for programs', () => {
    const site = olderSite();
    expect(site.rescan('--json').stdout).toContain(`{"version":1,"type":"closed","directory":"${site.shadow}","repos":2}\n`);
  });

  it('is closed by the first command that records by hand, which says so once', () => {
    const site = olderSite();
    const repo = repoOf(site, 'a');
    expect(fso(['status'], { cwd: repo }).stderr, 'reading changes nothing').toBe('');
    const said = `${repo}: was open to others, and is closed now; see shadowMode in docs/configuration.md\n`;
    expect(fso(['stat'], { cwd: repo }).stderr).toBe(said);
    expect(openPaths(repo)).toBe('');
    expect(fso(['stat'], { cwd: repo }).stderr).toBe('');
    expect(fso(['gc'], { cwd: repoOf(site, 'b') }).stderr).toContain('was open to others');
    expect(openPaths(repoOf(site, 'b'))).toBe('');
  });

  it('is closed when it comes later, too', () => {
    const site = olderSite();
    site.rescan();
    const repo = repoOf(site, 'a');
    git(['config', '--unset', 'core.sharedRepository'], repo);
    execFileSync('chmod', ['-R', 'a+rX', repo]);
    expect(site.rescan().stdout).toContain(`closed ${repo}: 1 shadow repo was more open`);
    expect(openPaths(repo)).toBe('');
  });

  it('is left alone where it is not git-fso\'s, or has other names elsewhere', () => {
    const site = olderSite();
    writeFileSync(path.join(site.shadow, 'notes.txt'), 'x');
    chmodSync(path.join(site.shadow, 'notes.txt'), 0o644);
    const repo = repoOf(site, 'a');
    execFileSync('ln', [path.join(site.shadow, 'notes.txt'), path.join(repo, '.git/description')]);
    site.rescan();
    expect(openPaths(site.shadow).trim().split('\n').sort()).toEqual(
      [site.shadow, path.join(repo, '.git/description'), path.join(site.shadow, 'notes.txt')].sort(),
    );
  });
});

describe('git-fso doctor about what is open', () => {
  it('finds it, with the one command that closes it', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    site.rescan();
    expect(doctor(site)).toBe('nothing found\n');
    git(['commit', '--allow-empty', '-qm', 'by hand'], repoOf(site, 'a'));
    expect(doctor(site), 'what a plain Git leaves to the umask in a closed directory').toBe('nothing found\n');
    execFileSync('chmod', ['-R', 'a+rX', repoOf(site, 'a'), repoOf(site, 'b')]);
    const said = doctor(site);
    expect(said).toMatch(
      /^warning: .*more open than shadowMode allows: \d+ files and directories, such as .*\n {2}run chmod -R go-rx .*$/m,
    );
    expect(site.rescan().stdout, 'nothing is closed twice unasked').not.toContain('closed ');
    obey(site, said);
    expect(doctor(site)).toBe('nothing found\n');
  });

  it.each([
    ['the shadow root', '', 0o777], ['.git-fso', '.git-fso', 0o777], ['the lock of the shadow root', '.git-fso.lock', 0o666],
    ['a configuration', 'REPO/.git/config', 0o666], ['a lock', 'REPO/.git/fso/lock', 0o644],
  ])('finds %s open', (_, name, mode) => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    site.rescan();
    const place = name.startsWith('REPO') ? name.replace('REPO', repoOf(site, 'a')) : path.join(site.shadow, name);
    chmodSync(place, mode);
    const said = doctor(site);
    expect(said).toContain(
      mode === 0o644
        ? 'more open than shadowMode allows: '
        : 'can be written by others than its owner, who decide then what git-fso does: ',
    );
    expect(said).toContain(place.replaceAll(site.top, 'TOP'));
    obey(site, said);
    expect(doctor(site)).toBe('nothing found\n');
  });

  it('finds a mirror that is more open than its realdir', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    execFileSync('sed', ['-i', '1i shadowMode: mirror', site.config]);
    execFileSync('chmod', ['755', site.top, site.project, path.join(site.project, 'a')]);
    site.rescan();
    expect(statSync(repoOf(site, 'a')).mode & 0o777).toBe(0o755);
    expect(doctor(site)).toBe('nothing found\n');
    chmodSync(path.join(site.project, 'a'), 0o750);
    const said = doctor(site);
    expect(said).toMatch(/run chmod -R o-rx .*\.fso$/m);
    obey(site, said);
    expect(doctor(site)).toBe('nothing found\n');
  });
});

describe('a lock that somebody keeps', () => {
  /** Holds a lock until what it returns is called. */
  async function hold(file: string): Promise<() => Promise<void>> {
    const child = spawn('flock', [file, 'sh', '-c', 'echo locked; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    await once(child.stdout, 'data');
    return async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await once(child, 'close');
    };
  }

  const setDone = (site: TestSite, hoursAgo: number): void => {
    const at = new Date(Date.now() - hoursAgo * HOUR);
    for (const facet of ['stat', 'content']) utimesSync(path.join(repoOf(site, 'a'), `.git/fso/success-${facet}`), at, at);
  };

  it('is a problem when a repo was passed over for longer than its schedule', async () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    const metrics = path.join(site.top, 'metrics');
    execFileSync('sed', ['-i', `1i metrics: { textfile: ${metrics} }`, site.config]);
    const problems = (): string => fso(['list', '--problems', '--config', site.config], { cwd: site.top }).stdout;
    site.rescan();
    site.rescan('--due');
    const release = await hold(path.join(repoOf(site, 'a'), '.git/fso/lock-job'));
    try {
      setDone(site, 8);
      expect(site.rescan('--due'), 'somebody does it, as it seems').toMatchObject({ status: 0 });
      expect(problems()).not.toContain('lock');
      setDone(site, 13);
      const { status, stderr } = site.rescan('--due');
      expect([status, stderr]).toEqual([
        4,
        expect.stringContaining(`failed ${site.project}/a: ${repoOf(site, 'a')}/.git/fso/lock-job: locked by another process`),
      ]);
      expect(stderr).toContain('fuser -v');
      expect(problems()).toContain('lock-job: locked by another process');
      expect(readFileSync(metrics, 'utf8')).toMatch(/git_fso_problem_repos\{.*\} 1\n/);
      expect(site.rescan('--due'), 'nothing is due while it waits').toMatchObject({ status: 0, stdout: '' });
      expect(problems(), 'it stands until it is solved').toContain('lock-job: locked by another process');
    } finally {
      await release();
    }
    expect(site.rescan('--due').status).toBe(0);
    expect(problems()).not.toContain('lock');
  });

  it('is named by a rescan by hand', async () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    site.rescan();
    writeFileSync(path.join(site.project, 'a/new'), 'n');
    const release = await hold(path.join(repoOf(site, 'a'), '.git/fso/lock'));
    try {
      const { status, stderr } = fso(['--wait', '0', 'rescan', '--config', site.config], { cwd: site.top });
      expect([status, stderr]).toEqual([4, expect.stringContaining('.git/fso/lock: locked by another process')]);
    } finally {
      await release();
    }
  });

  const asStranger = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const canBeStranger = process.getuid?.() === 0 && spawnSync('setpriv', [...asStranger, 'true']).status === 0;

  it.skipIf(!canBeStranger)('cannot be a stranger\'s, not even with a file of an older version in an open tree (needs root)', () => {
    const site = olderSite();
    const locks = [
      '.git-fso.lock',
      ...['lock', 'lock-stat', 'lock-job', 'lock-content'].map((name) =>
        path.relative(site.shadow, path.join(repoOf(site, 'a'), '.git/fso', name)),
      ),
    ];
    chmodSync(site.top, 0o755);
    const taken = (): string[] => locks.filter((name) => existsSync(path.join(site.shadow, name))
      && spawnSync('setpriv', [...asStranger, 'flock', '-n', path.join(site.shadow, name), 'true'], { cwd: '/' }).status === 0);
    expect(taken()).toContain('.git-fso.lock');
    site.rescan();
    // Even where somebody opens the directories again.
    execFileSync('find', [site.shadow, '-type', 'd', '-exec', 'chmod', 'a+rx', '{}', '+']);
    expect(taken()).toEqual([]);
  });
});
