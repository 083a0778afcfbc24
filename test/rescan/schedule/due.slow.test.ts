import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, git } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { makeSite } from '../site.js';

const SETTINGS = '    facets: [stat, content]\n    schedule: { stat: every 6h }\n';

function markOf(site: TestSite, realdir: string, facet: string): string {
  return path.join(site.repos().get(realdir) ?? '', `.git/fso/success-${facet}`);
}

function makeDue(site: TestSite, realdir: string): void {
  const before = new Date(Date.now() - 7 * 3_600_000);
  utimesSync(markOf(site, realdir, 'stat'), before, before);
}

function spoil(site: TestSite, realdir: string): void {
  git(['config', '-f', path.join(site.repos().get(realdir) ?? '', '.git/config'), 'extensions.objectFormat', 'sha256'], '/');
}

describe('git-fso rescan --due', () => {
  it('does what is due, and marks what was complete', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    expect(site.rescan('--due')).toMatchObject({ status: 0, stdout: expect.stringContaining('2 repos, 2 created, 2 changed') });
    expect(Math.abs(statSync(markOf(site, 'a', 'stat')).mtimeMs - Date.now())).toBeLessThan(60_000);
    expect(() => statSync(markOf(site, 'a', 'content'))).toThrow(/ENOENT/);
    expect(site.rescan('--due')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    makeDue(site, 'a');
    expect(site.rescan('--due').stdout).toContain('\n1 repo, 0 created, 0 changed');
  });

  it('counts on plain rescans, too', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    expect(site.rescan().status).toBe(0);
    expect(statSync(markOf(site, 'a', 'content')).size).toBeGreaterThan(0);
    expect(site.rescan('--due')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('says that a root has no schedule', () => {
    const site = makeSite({ 'a/x': '1' }, '    facets: [stat]\n');
    const result = site.rescan('--due');
    expect(result).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`root ${site.project}: has no schedule, so nothing is ever due`),
    });
    expect(site.repos().size).toBe(0);
  });

  it.each(['--facets=stat', '--dry-run', '--no-init', '--accept-empty'])('cannot be combined with %s', (option) => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    expect(site.rescan('--due', option)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`--due and ${option.replace(/=.*/, '')} exclude each other`),
    });
  });
});

describe('git-fso list --due', () => {
  const list = (site: TestSite, ...args: string[]): string =>
    fso(['list', '--due', '--config', site.config, ...args], { cwd: site.top }).stdout.replaceAll(site.project, '');

  it('tells when facets were done, and when they are due', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    expect(list(site)).toMatch(/^\/a +stat +never +now$/m);
    site.rescan();
    const done = new Date('2026-03-01T10:00:00Z');
    utimesSync(markOf(site, 'a', 'stat'), done, done);
    expect(list(site)).toMatch(/^\/a +stat +2026-03-01T10:00:00\+00:00 +now$/m);
    const [line, ...others] = list(site, '--json', `${site.project}/b`).trimEnd().split('\n');
    expect(others).toEqual([]);
    const { realdir, facet, lastSuccess, dueAt } = JSON.parse(line ?? '') as Record<string, string>;
    expect([realdir, facet]).toEqual(['/b', 'stat']);
    expect(Date.parse(dueAt ?? '') - Date.parse(lastSuccess ?? '')).toBe(6 * 3_600_000);
  });

  it('tells what waits since it has failed', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    site.rescan();
    spoil(site, 'a');
    makeDue(site, 'a');
    expect(site.rescan('--due').status).toBe(1);
    expect(list(site)).toMatch(/^\/a +stat +\S+ +20\S+, after it failed$/m);
  });
});

describe('problems', () => {
  it('stay in mind until they are solved, and keep only scheduled runs waiting', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    site.rescan();
    spoil(site, 'a');
    const first = site.rescan();
    expect(first.status).toBe(1);
    expect(first.stdout).toMatch(/\n1 repo has had problems since \S+; see git-fso list --problems\n$/);
    makeDue(site, 'a');
    expect(site.rescan('--due').stdout).toBe('');
    expect(site.rescan().stderr).toContain(`failed ${site.project}/a`);
    const listed = fso(['list', '--problems', '--config', site.config], { cwd: site.top });
    expect(listed.stdout).toMatch(
      /^\S+\/a \(repo\)\n.*extensions\.objectformat[^]*\n {2}since \S+, 2 times, last \S+; scheduled runs try again from \S+\n$/i,
    );
    const json = fso(['list', '--problems', '--json', '--config', site.config], { cwd: site.top });
    expect(JSON.parse(json.stdout)).toMatchObject({ type: 'problem', path: `${site.project}/a`, part: 'repo', count: 2 });
  });

  it('can be forgotten, so that scheduled runs try again at once', () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, SETTINGS);
    site.rescan();
    spoil(site, 'a');
    site.rescan();
    makeDue(site, 'a');
    const clear = (...args: string[]): ReturnType<typeof fso> => fso(['clear-error', '--config', site.config, ...args], { cwd: site.top });
    expect(clear()).toMatchObject({ status: 2 });
    expect(clear(`${site.project}/b`)).toMatchObject({ status: 1, stderr: expect.stringContaining('/b: has no problems') });
    expect(clear('project/a')).toMatchObject({ status: 0, stdout: '1 problem forgotten\n' });
    expect(fso(['list', '--problems', '--config', site.config], { cwd: site.top }).stdout).toBe('no problems\n');
    expect(site.rescan('--due').stderr).toContain(`failed ${site.project}/a`);
    expect(clear('--all')).toMatchObject({ status: 0, stdout: '1 problem forgotten\n' });
  });

  it('are those of roots, too', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    site.rescan();
    renameSync(site.project, `${site.project}-away`);
    expect(site.rescan('--due')).toMatchObject({ status: 1, stderr: expect.stringContaining(`${site.project}: does not exist`) });
    expect(fso(['list', '--problems', '--config', site.config], { cwd: site.top }).stdout).toContain(`${site.project} (root)\n`);
    renameSync(`${site.project}-away`, site.project);
    expect(site.rescan().stdout).not.toContain('problems');
  });
});

describe('metrics', () => {
  function metricsOf(site: TestSite): Map<string, number> {
    const text = readFileSync(path.join(site.top, 'metrics/fso.prom'), 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) git_fso_\w+ .+|git_fso_\w+\{root="[^"]+"(,facet="\w+")?\} [\d.e+]+)$/);
    const samples = lines.filter((line) => !line.startsWith('#'));
    return new Map(
      samples.map((line) => [
        line
          .slice(0, line.lastIndexOf(' '))
          .replace('git_fso_', '')
          .replace(/root="[^"]*"/, ''),
        Number(line.split(' ').at(-1)),
      ]),
    );
  }

  function makeMeasured(): TestSite {
    const site = makeSite({ 'a/x': '12345', 'b/x': '1', '../metrics/other': '' }, SETTINGS);
    writeFileSync(site.config, `metrics: { textfile: ${site.top}/metrics/fso.prom }\n${readFileSync(site.config, 'utf8')}`);
    return site;
  }

  it('are replaced after each rescan', () => {
    const site = makeMeasured();
    site.rescan();
    const first = metricsOf(site);
    expect(Object.fromEntries(first)).toMatchObject({
      'repos{}': 2,
      'files{}': 2,
      'bytes{}': 6,
      'problem_repos{}': 0,
      'round_repos{}': 2,
      'round_errors{}': 0,
      'round_changed_paths{}': 4,
    });
    expect(Math.abs((first.get('last_success_timestamp_seconds{,facet="stat"}') ?? 0) * 1000 - Date.now())).toBeLessThan(60_000);
    const long = new Date(1_700_000_000_000);
    utimesSync(markOf(site, 'b', 'stat'), long, long);
    spoil(site, 'b');
    site.rescan('--due');
    const second = metricsOf(site);
    expect(Object.fromEntries(second)).toMatchObject({
      'repos{}': 2,
      'problem_repos{}': 1,
      'round_repos{}': 1,
      'round_errors{}': 1,
      'last_success_timestamp_seconds{,facet="stat"}': 1_700_000_000,
    });
    expect(readdirSync(path.join(site.top, 'metrics')).sort(), 'nothing is left beside it').toEqual(['fso.prom', 'other']);
  });

  it('are left alone by a rescan of some roots, and by a dry run', () => {
    const site = makeMeasured();
    site.rescan('--root', site.project);
    site.rescan('--dry-run');
    expect(readdirSync(path.join(site.top, 'metrics'))).toEqual(['other']);
  });

  it('that cannot be written are an error, after everything was recorded', () => {
    const site = makeMeasured();
    rmSync(path.join(site.top, 'metrics'), { recursive: true });
    const result = site.rescan();
    expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining('failed metrics: ') });
    expect(result.stdout).toContain('2 changed');
  });
});
