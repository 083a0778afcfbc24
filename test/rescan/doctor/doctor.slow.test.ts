import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FsoResult } from '../../harness/index.js';
import { fso, git, tempDir } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { findingsIn, makeSite } from '../site.js';

const SETTINGS = '    facets: [stat]\n    schedule: { stat: every 6h }\n';
const HOUR = 3_600_000;

function doctor(site: TestSite, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): FsoResult {
  const result = fso(['doctor', '--config', site.config, ...args], { cwd: site.top, env });
  return { ...result, stdout: findingsIn(result.stdout) };
}

/** A site whose repos `a` and `b` were recorded. */
function recorded(settings = SETTINGS): TestSite {
  const site = makeSite({ 'a/x': '1', 'b/x': '1' }, settings);
  expect(site.rescan().status).toBe(0);
  return site;
}

function mark(site: TestSite, outcome: string, hoursAgo: number, seconds: number): void {
  const file = path.join(site.repos().get('a') ?? '', '.git/fso', outcome);
  const at = new Date(Date.now() - hoursAgo * HOUR);
  writeFileSync(file, `${seconds}\n`);
  utimesSync(file, at, at);
}

/** The lines about what was found; empty if nothing was. */
function findings(site: TestSite, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = doctor(site, env);
  expect(stderr).toBe('');
  expect(status).toBe(stdout === 'nothing found\n' ? 0 : 1);
  for (const line of stdout.trimEnd().split('\n').slice(0, -1)) expect(line).toMatch(/^(error|warning): .+: .+|^ {2}\S.+/);
  return stdout.replaceAll(site.top, 'TOP').replace(/(nothing found|\d+ findings?)\n$/, '');
}

describe('git-fso doctor', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(findings(recorded())).toBe('');
  });

  it('reports mistakes in the configuration as everybody does', () => {
    const site = recorded();
    appendFileSync(site.config, 'rots: x\n');
    expect(doctor(site)).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown key "rots"') });
  });

  it('finds programs that are missing, or old', () => {
    const site = recorded();
    const bin = tempDir();
    symlinkSync(process.execPath, path.join(bin, 'node'));
    expect(findings(site, { PATH: bin })).toContain('error: git: the program `git` was not found\n  install Git');
    expect(findings(site, { PATH: bin })).toContain('warning: flock: is missing');
    writeFileSync(path.join(bin, 'git'), '#!/bin/sh\necho git version 2.1.4\n', { mode: 0o755 });
    expect(findings(site, { PATH: `${bin}:${process.env['PATH']}` })).toBe(
      'warning: git: is git version 2.1.4, which nobody has tried\n  install Git 2.30 or newer\n',
    );
  });

  it('finds roots that are missing or emptied', () => {
    const site = recorded();
    renameSync(site.project, `${site.project}-away`);
    expect(findings(site)).toBe(
      'error: TOP/project: does not exist; nothing below it is recorded\n  mount its filesystem, or remove the root from the ' +
        'configuration\n',
    );
    // What a run has found is not told twice.
    expect(site.rescan().status).toBe(1);
    expect(findings(site)).toMatch(/^error: .*\n {2}.*\n$/);
    mkdirSync(site.project);
    expect(findings(site)).toContain('error: TOP/project: is empty, which it was not before; nothing below it is recorded\n');
  });

  it('finds repos without shadow repo, and shadow repos without realdir or root', () => {
    const site = recorded();
    mkdirSync(path.join(site.project, 'new'));
    renameSync(path.join(site.project, 'a'), path.join(site.top, 'elsewhere'));
    const text = findings(site);
    expect(text).toContain('warning: TOP/project/new: has no shadow repo\n  run git-fso rescan');
    expect(text).toMatch(/warning: TOP\/project\/a: is missing; its shadow repo is TOP\/shadow.*\.fso\n {2}use git-fso move/);
    writeFileSync(site.config, readFileSync(site.config, 'utf8').replaceAll(`path: ${site.project}`, `path: ${site.top}/elsewhere`));
    expect(findings(site)).toMatch(/warning: TOP\/shadow.*\.fso: observes TOP\/project\/b, which is not below any configured root\n/);
  });

  it('finds shadow repos that are damaged, or in a wrong place', () => {
    const site = recorded();
    const [a = '', b = ''] = [site.repos().get('a'), site.repos().get('b')];
    writeFileSync(path.join(a, '.git/refs/heads/master-stat'), '');
    git(['config', 'fso.realdir', `${site.project}/c`], b);
    const text = findings(site);
    expect(text).toMatch(/error: TOP\/project\/a: .*master-stat/);
    expect(text).toContain('error: TOP/project/b: its shadow repo TOP/shadow');
    expect(text).toContain('observes TOP/project/c\n  use git-fso move');
  });

  it('finds two shadow repos of one realdir', () => {
    const site = recorded();
    const a = site.repos().get('a') ?? '';
    cpSync(a, path.join(path.dirname(a), '00000000-0000-4000-8000-000000000000.fso'), { recursive: true });
    expect(findings(site)).toMatch(/error: TOP\/project\/a: .*\/a has several shadow repos/);
  });

  it('finds two shadow repos of one realdir once, also after runs that failed by it', () => {
    const site = recorded();
    const a = site.repos().get('a') ?? '';
    cpSync(a, path.join(path.dirname(a), '00000000-0000-4000-8000-000000000000.fso'), { recursive: true });
    expect(site.rescan().status).toBe(1);
    expect(site.rescan().status).toBe(1);
    expect(findings(site).match(/has several shadow repos/g)).toHaveLength(1);
  });

  it('finds what killed processes have left', () => {
    const site = recorded();
    const a = site.repos().get('a') ?? '';
    writeFileSync(path.join(a, '.git/objects/pack/tmp_pack_0123abcd'), 'x');
    expect(findings(site)).toMatch(
      /warning: TOP\/shadow.*tmp_pack_0123abcd: temporary pack, left by a process that was killed\n {2}run git-fso -C .* check --repair\n/,
    );
  });

  it('finds files from the future', () => {
    const site = makeSite({ 'a/x': { file: '1', mtime: 4_000_000_000 } }, SETTINGS);
    site.rescan();
    expect(findings(site)).toContain('warning: TOP/project/a: has files from the future: 2096-10-02T07:06:40+00:00\n  check the clocks');
  });

  it('finds schedules that are not met, or cannot be', () => {
    const site = recorded();
    mark(site, 'success-stat', 1, 7 * 3600);
    expect(findings(site)).toContain('warning: TOP/project/a: stat took 7h when last done, but is due every 6h\n');
    mark(site, 'success-stat', 20, 1);
    expect(findings(site)).toMatch(
      /warning: TOP\/project\/a: stat was last done \S+, but is due every 6h\n {2}see git-fso list --problems; have git-fso daemon running/,
    );
    mark(site, 'partial-stat', 1, 1);
    expect(findings(site)).toMatch(/warning: TOP\/project\/a: stat was not since \S+ complete, because each run ends at its limit\n/);
    mark(site, 'partial-stat', 30, 1);
    mark(site, 'success-stat', -1, 1);
    expect(findings(site)).toContain('stat was last done in the future');
  });

  it.each([
    ['Sun 03:00', 7 * 24 + 1, true],
    ['daily 03:00', 23, false],
    ['daily 03:00', 25, true],
    ['Mon,Tue 03:00', 25, true],
  ])('knows how long %s leaves: %d hours are too long: %s', (schedule, hours, isTooLong) => {
    const site = recorded(`    facets: [stat]\n    schedule: { stat: "${schedule}" }\n`);
    mark(site, 'success-stat', 0, hours * 3600);
    expect(findings(site).includes('took')).toBe(isTooLong);
  });

  it('finds facets and roots that are never due, and problems that stand although their cause is gone', () => {
    const site = recorded('    facets: [stat, content]\n    schedule: { stat: every 6h }\n');
    expect(findings(site)).toContain('warning: TOP/project: content: never due\n');
    const config = path.join(site.repos().get('a') ?? '', '.git/config');
    renameSync(config, `${config}.away`);
    site.rescan();
    site.rescan();
    renameSync(`${config}.away`, config);
    expect(findings(site)).toMatch(/warning: TOP\/project\/a: repo failed 2 times since \S+: /);
  });

  it('finds commands and files of the configuration that cannot be used', () => {
    const site = recorded();
    appendFileSync(
      site.config,
      `    onChange: [{ command: [/no/such/program] }, { command: [sh] }]\nmetrics: { textfile: ${site.top}/none/x.prom }\n`,
    );
    const text = findings(site);
    expect(text).toContain('error: /no/such/program: onChange /no/such/program: no such file or directory\n');
    expect(text).toContain('error: TOP/none: metrics cannot be written: no such file or directory\n');
    expect(text).not.toContain('onChange sh');
  });

  it('finds a shadow root that is full or read-only', ({ skip }) => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    mkdirSync(site.shadow);
    const script = `mount -t tmpfs -o size=10m,nr_inodes=100 none "$0" && mount -o remount,ro "$0" && exec "$@"`;
    const command = [
      '-m',
      'sh',
      '-c',
      script,
      site.shadow,
      process.execPath,
      path.resolve(import.meta.dirname, '../../../bin/git-fso'),
      'doctor',
      '--config',
      site.config,
    ];
    try {
      execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    } catch {
      skip('needs unshare -m');
    }
    let stdout = '';
    try {
      execFileSync('unshare', command, { encoding: 'utf8' });
    } catch (error) {
      ({ stdout } = error as { stdout: string });
    }
    expect(stdout).toContain(`error: ${site.shadow}: cannot be written: read-only file system\n`);
    expect(stdout).toMatch(/has \d+ MiB of free space\n/);
    expect(stdout).toMatch(/has \d+ free inodes\n/);
  });

  it('writes JSON lines if it is told to', () => {
    const site = recorded();
    mkdirSync(path.join(site.project, 'new'));
    const { stdout, status } = doctor(site, {}, ['--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      type: 'finding',
      severity: 'warning',
      subject: `${site.project}/new`,
      message: 'has no shadow repo',
      remedy: expect.any(String),
    });
  });
});
