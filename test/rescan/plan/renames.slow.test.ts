import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git, runProcess } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { findingsIn, makeSite } from '../site.js';

const SETTINGS = '    facets: [stat, sha, content]\n';
const LONG_AGO = 1_500_000_000;
const TREE = { 'a/x': { file: '1', mtime: LONG_AGO }, 'a/sub/y': { file: '22', mtime: LONG_AGO }, 'a/README.md': '# A\n', 'b/z': '1' };

function recorded(settings = SETTINGS): TestSite {
  const site = makeSite(TREE, settings);
  expect(site.rescan().status).toBe(0);
  return site;
}

function repoOf(site: TestSite, name: string): string {
  return site.repos().get(name) ?? '';
}

/** What was found; what is told in any case is left out. */
const doctor = (site: TestSite): string => findingsIn(fso(['doctor', '--config', site.config], { cwd: site.top }).stdout);
const rename = (site: TestSite, from: string, to: string): void => renameSync(path.join(site.project, from), path.join(site.project, to));

/** Runs a command that git-fso has proposed, in a shell, as somebody who pastes it there. */
async function paste(site: TestSite, command: string): Promise<{ status: number | null; output: string }> {
  const [program, ...leading] = fsoCommand();
  const script = `git-fso() { '${[program, ...leading].join("' '")}' "$@"; }\n${command}`;
  const { status, stdout, stderr } = await runProcess('bash', ['--norc', '-c', script], {
    cwd: site.top,
    env: cleanEnvironment({ GIT_FSO_CONFIG: site.config }),
  });
  return { status, output: `${stdout.toString()}${stderr.toString()}` };
}

describe('a realdir that was renamed', () => {
  it('is recognised by rescan before anything is read again, and the proposed command joins old and new', async () => {
    const site = recorded();
    const a = repoOf(site, 'a');
    const history = git(['log', '--format=%H', 'master-stat', 'master-sha'], a);
    const uuid = readFileSync(path.join(a, '.git/fso/uuid'), 'utf8');
    rename(site, 'a', "it's new");
    const command = `git-fso -C ${a} move '${site.project}/it'\\''s new'`;
    const forget = `rm ${a}/.git/fso/realdir-identity`;
    const result = site.rescan();
    // What is not recorded has failed, and is kept until somebody decides.
    expect(result.status).toBe(1);
    expect(result.stderr).toBe(
      `failed ${site.project}/it's new: ${site.project}/it's new: was ${site.project}/a before, and is not recorded until the shadow ` +
        `repo of that follows` +
        ` (have it follow: ${command}; or, if this is another directory, have that forgotten: ${forget})\n`,
    );
    const kept = fso(['list', '--problems', '--json', '--config', site.config], { cwd: site.top }).stdout;
    expect(JSON.parse(kept)).toMatchObject({
      path: `${site.project}/it's new`,
      part: 'rename',
      remedy: expect.stringContaining(command) as string,
    });
    expect(result.stdout).toContain(
      `missing ${site.project}/a: it is ${site.project}/it's new now; have its shadow repo follow: ${command}\n`,
    );
    expect(result.stdout).not.toContain('read');
    // Nothing was deleted, and nothing is recorded as deleted.
    expect(git(['log', '--format=%H', 'master-stat', 'master-sha'], a)).toBe(history);
    expect([...site.repos().keys()]).toEqual(['a', 'b']);
    expect(doctor(site)).toContain(
      `warning: ${site.project}/a: is missing; it is ${site.project}/it's new now\n  have its shadow repo follow: ${command}; ` +
        `or, if that is another directory, have that forgotten: ${forget}\n`,
    );
    const listed = fso(['list', '--config', site.config], { cwd: site.top }).stdout;
    expect(listed).toContain(`missing: is ${site.project}/it's new now`);
    expect(listed).toContain(`no shadow repo: was ${site.project}/a before`);
    expect(fso(['discover', '--config', site.config], { cwd: site.top }).stdout).toContain(`no shadow repo ${site.project}/it's new\n`);
    expect(await paste(site, command)).toEqual({ status: 0, output: expect.stringContaining(`observes ${site.project}/it's new\n`) });
    const after = repoOf(site, "it's new");
    expect([...site.repos().keys()]).toEqual(['b', "it's new"]);
    expect(readFileSync(path.join(after, '.git/fso/uuid'), 'utf8')).toBe(uuid);
    const next = site.rescan();
    expect(next).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/2 repos, 0 created, 0 changed; \d+ entries seen in/),
    });
    expect(git(['log', '--format=%H', 'master-stat', 'master-sha'], after)).toBe(history);
    expect(doctor(site)).toBe('nothing found\n');
  });

  it('is recognised beside a second repo that was made under the new name, and the command joins both', async () => {
    const site = recorded();
    const a = repoOf(site, 'a');
    rename(site, 'a', 'new');
    expect(fso(['init', '--observe', path.join(site.project, 'new'), '--shadow', site.shadow], { cwd: site.top }).status).toBe(0);
    const command = `git-fso -C ${a} move ${site.project}/new`;
    expect(site.rescan().stdout).toContain(
      `missing ${site.project}/a: it is ${site.project}/new now; have its shadow repo follow: ${command}\n`,
    );
    expect(doctor(site)).toMatch(/^warning: (\S+)\/a: is missing; it is \1\/new now\n {2}have its shadow repo follow: .*\n1 finding\n$/);
    expect((await paste(site, command)).status).toBe(0);
    expect(path.basename(repoOf(site, 'new'))).toBe(path.basename(a));
    expect(site.rescan()).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/2 repos, 0 created, 0 changed; \d+ entries seen in/),
    });
    expect(doctor(site)).toBe('nothing found\n');
  });

  it.each([[false], [true]])('is another one once that is forgotten, with a repo by the policy (init by hand: %j)', async (byHand) => {
    const site = recorded(`${SETTINGS}    initPolicy: [bundle-subdirs *]\n`);
    rename(site, 'a', 'new');
    const init = ['init', '--bundle-subdirs', '--observe', path.join(site.project, 'new'), '--shadow', site.shadow];
    if (byHand) fso(init, { cwd: site.top });
    site.rescan();
    const [, command = ''] = /have that forgotten: (.*)$/m.exec(doctor(site)) ?? [];
    expect(await paste(site, command)).toEqual({ status: 0, output: '' });
    expect(site.rescan()).toMatchObject({ status: 0, stderr: '' });
    const listed = fso(['list', '--config', site.config], { cwd: site.top }).stdout;
    expect(listed).toMatch(/\/a .* missing$/m);
    expect(listed).toMatch(/\/new +bundle-subdirs .* ok$/m);
    expect(doctor(site)).toContain('is missing; its shadow repo is ');
    expect(doctor(site)).toContain('1 finding\n');
  });

  it('keeps with shadowMode mirror what those may see who may see its new name, and doctor asks for no more', () => {
    const site = makeSite({ 'in/a/x': '1', 'in/b/x': '1' }, '    patterns: |\n      enter .\n      enter *\n      repo */*\n');
    for (const name of ['.', 'in', 'in/a', 'in/b']) chmodSync(path.join(site.project, name), 0o755);
    chmodSync(site.top, 0o755);
    appendFileSync(site.config, 'shadowMode: mirror\n');
    expect(site.rescan().status).toBe(0);
    rename(site, 'in', 'out');
    site.rescan();
    expect(doctor(site)).not.toContain('chmod');
    chmodSync(path.join(site.project, 'out/b'), 0o700);
    const b = repoOf(site, 'in/b');
    expect([...doctor(site).matchAll(/^ {2}run (chmod .*)$/gm)].map(([, command]) => command)).toEqual([
      `chmod go-rx ${path.dirname(b)}`,
      `chmod -R go-rx ${b}`,
    ]);
  });

  it('is left alone by scheduled runs, which go on with the others', () => {
    const site = recorded(`${SETTINGS}    schedule: { stat: every 1m, sha: every 1m, content: every 1m }\n`);
    for (const repo of site.repos().values())
      for (const name of ['stat', 'sha', 'content']) rmSync(path.join(repo, `.git/fso/success-${name}`));
    rename(site, 'a', 'new');
    const before = site.heads();
    const { status, stderr } = site.rescan('--due');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`failed ${site.project}/new: ${site.project}/new: was ${site.project}/a before`),
    ]);
    expect(site.heads()).toEqual(before);
    // It waits then, as with all that keeps failing.
    expect(site.rescan('--due')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(path.join(repoOf(site, 'b'), '.git/fso/success-sha'))).toBe(true);
  });

  it('is named once by doctor, however short the schedules are', () => {
    const site = recorded(`${SETTINGS}    schedule: { stat: every 1m, sha: every 1m, content: every 1m }\n`);
    for (const repo of site.repos().values())
      for (const name of ['stat', 'sha', 'content']) utimesSync(path.join(repo, `.git/fso/success-${name}`), LONG_AGO, LONG_AGO);
    rename(site, 'a', 'new');
    expect(site.rescan('--due').status).toBe(1);
    const found = doctor(site).split('\n').filter((line) => line.includes(`${site.project}/a`) || line.includes(`${site.project}/new`));
    expect(found).toEqual([
      `warning: ${site.project}/a: is missing; it is ${site.project}/new now`,
      expect.stringContaining('have its shadow repo follow: '),
    ]);
  });

  it('is told from a directory that happens to have the number of a deleted one', ({ skip }) => {
    const site = recorded();
    const a = repoOf(site, 'a');
    const file = path.join(a, '.git/fso/realdir-identity');
    const identity = JSON.parse(readFileSync(file, 'utf8')) as { birth: string };
    if (identity.birth === '0') skip('this filesystem does not say when a directory was made');
    writeFileSync(file, JSON.stringify({ ...identity, birth: '1' }));
    rename(site, 'a', 'new');
    const result = site.rescan();
    expect([...site.repos().keys()]).toEqual(['a', 'b', 'new']);
    expect(result.stdout).toContain(`missing ${site.project}/a\n`);
  });

  it('is learnt by repos that do not know it yet, at the next record, without a change', () => {
    const site = recorded();
    const file = path.join(repoOf(site, 'a'), '.git/fso/realdir-identity');
    const known = readFileSync(file, 'utf8');
    rmSync(file);
    site.rescan('--facets', 'stat');
    expect(readFileSync(file, 'utf8')).toBe(known);
  });

  it('is found in directories that are no repos, too', () => {
    const site = recorded(`    patterns: [repo a, repo b, ignore *]\n${SETTINGS}`);
    rename(site, 'a', 'attic');
    expect(site.rescan().stdout).toContain(
      `missing ${site.project}/a: it is ${site.project}/attic now; have its shadow repo follow: git-fso -C `,
    );
  });
});
