import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, tempDir } from '../../harness/index.js';
import { canMount } from '../mount-namespace.js';

let top: string;
let project: string;

beforeEach(() => {
  top = tempDir();
  project = path.join(top, 'project');
  mkdirSync(path.join(project, 'a/sub'), { recursive: true });
  writeFileSync(path.join(project, 'a/x'), 'x');
});

function configure(shadow: string, ...roots: string[]): string {
  const file = path.join(top, 'git-fso.yml');
  const lines = [project, ...roots].map((root) => `  - path: ${root}\n    facets: [stat]\n    schedule: { stat: every 1h }\n`);
  writeFileSync(file, `shadow: ${shadow}\nroots:\n${lines.join('')}`);
  return file;
}

/** Everything below the project, to see whether something was written. */
function namesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

/** No command writes anything, and `config check` names the line. */
function expectRefused(config: string, line: number, reason: RegExp): void {
  const before = namesBelow(project);
  const check = fso(['config', 'check', '--config', config], { cwd: top });
  expect(check.status).toBe(2);
  expect(check.stderr).toMatch(new RegExp(`git-fso\\.yml:${line}:11: roots\\[\\d\\]\\.path: `));
  expect(check.stderr).toMatch(reason);
  const rescan = fso(['rescan', '--config', config], { cwd: top });
  expect(rescan.status).toBe(2);
  expect(rescan.stderr).toMatch(reason);
  expect(namesBelow(project)).toEqual(before);
}

describe('a shadow root that leads below a root', () => {
  it('through a symbolic link is refused, whether it exists or not', () => {
    symlinkSync(path.join(project, 'a'), path.join(top, 'link'));
    expectRefused(
      configure(path.join(top, 'link/shadow')),
      3,
      /the shadow root .*link\/shadow is below this root through a symbolic link or a mount/,
    );
    const config = configure(path.join(top, 'link/sub'));
    const reason = /the shadow root .*link\/sub is below this root/;
    expectRefused(config, 3, reason);
    for (const command of [['rescan', '--due'], ['daemon', '--once']]) {
      expect(fso([...command, '--config', config], { cwd: top })).toMatchObject({ status: 2, stderr: expect.stringMatching(reason) });
    }
    expect(fso(['doctor', '--config', config], { cwd: top }).stdout).toMatch(reason);
    expect(namesBelow(project)).toEqual(['a', 'a/sub', 'a/x']);
  });

  it('through links in a circle is an error and no surprise', () => {
    symlinkSync('circle', path.join(top, 'circle'));
    const check = fso(['config', 'check', '--config', configure(path.join(top, 'circle/shadow'))], { cwd: top });
    expect(check).toMatchObject({ status: 2, stderr: expect.stringContaining('circle/shadow: too many symbolic links') });
  });

  it('through links that lead nowhere yet, relative ones, and a root that is a link itself is refused', () => {
    symlinkSync('project/a/new', path.join(top, 'dangling'));
    expectRefused(configure(path.join(top, 'dangling')), 3, /is below this root/);
    mkdirSync(path.join(top, 'elsewhere'));
    symlinkSync('../project/a', path.join(top, 'elsewhere/relative'));
    expectRefused(configure(path.join(top, 'elsewhere/relative/y/z')), 3, /is below this root/);
    renameSync(project, path.join(top, 'moved'));
    symlinkSync('moved', project);
    expectRefused(configure(path.join(top, 'moved/a/shadow')), 3, /is below this root/);
  });

  it('is refused when the link changes later', () => {
    mkdirSync(path.join(top, 'good'));
    symlinkSync(path.join(top, 'good'), path.join(top, 'link'));
    const config = configure(path.join(top, 'link/shadow'));
    expect(fso(['rescan', '--config', config], { cwd: top }).status).toBe(0);
    rmSync(path.join(top, 'link'));
    symlinkSync(path.join(project, 'a'), path.join(top, 'link'));
    expectRefused(config, 3, /is below this root/);
  });

  it('by init and move is refused before anything is made', () => {
    symlinkSync(path.join(project, 'a'), path.join(top, 'link'));
    const before = namesBelow(project);
    for (const shadow of ['link/new', 'project/a/new']) {
      const result = fso(['init', '--observe', path.join(project, 'a'), '--shadow', shadow], { cwd: top });
      expect(result).toMatchObject({ status: 1, stderr: expect.stringMatching(/is below the realdir .*which would record it/) });
    }
    mkdirSync(path.join(top, 'b'));
    const shadow = fso(['init', '--observe', path.join(top, 'b'), '--shadow', 'shadow'], { cwd: top }).stdout.trim();
    symlinkSync(path.join(top, 'shadow'), path.join(top, 'alias'));
    mkdirSync(path.join(top, 'shadow/dir'));
    expect(fso(['-C', shadow, 'move', path.join(top, 'alias/dir')], { cwd: top })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('where shadow repos live'),
    });
    expect(namesBelow(project)).toEqual(before);
  });

  it('is no mistake if it is ignored there', () => {
    symlinkSync(project, path.join(top, 'link'));
    const config = configure(path.join(top, 'link/.shadow'));
    expect(fso(['config', 'check', '--config', config], { cwd: top })).toMatchObject({ status: 0, stderr: '' });
    expect(fso(['rescan', '--config', config], { cwd: top }).status).toBe(0);
    expect(existsSync(path.join(project, '.shadow'))).toBe(true);
  });
});

describe('two roots', () => {
  it('that are one directory, or in one another, by a symbolic link are refused', () => {
    symlinkSync(project, path.join(top, 'other'));
    expectRefused(
      configure(path.join(top, 'shadow'), path.join(top, 'other')),
      6,
      /other is the same directory as .*project, the path of roots\[0\]/,
    );
    rmSync(path.join(top, 'other'));
    symlinkSync(path.join(project, 'a'), path.join(top, 'other'));
    expectRefused(
      configure(path.join(top, 'shadow'), path.join(top, 'other')),
      6,
      /other is below .*project, through a symbolic link or a mount, the path of/,
    );
    expect(existsSync(path.join(top, 'shadow'))).toBe(false);
  });
});

describe.skipIf(!canMount)('bind mounts (needs unshare -m)', () => {
  /** Status and message of `config check` where something is mounted. */
  function checked(before: string, config: string): { readonly status: number | null; readonly stderr: string } {
    const args = ['-m', 'sh', '-ec', `${before}\nexec "$@"`, 'sh', ...fsoCommand(), 'config', 'check', '--config', config];
    return spawnSync('unshare', args, { cwd: top, env: cleanEnvironment(), encoding: 'utf8' });
  }

  it.each([
    ['the root itself', 'mount --bind project other', 'other/a/shadow'],
    ['a directory below it', 'mount --bind project/a/sub other', 'other/shadow'],
    [
      'a filesystem below it',
      'mount -t tmpfs none project/a/sub; mkdir project/a/sub/d; mount --bind project/a/sub/d other',
      'other/shadow',
    ],
    ['all of it, with a filesystem in it', 'mount -t tmpfs none project/a/sub; mount --rbind project other', 'other/a/sub/shadow'],
    ['what is elsewhere, in it', 'mount --bind other project/a/sub', 'other/shadow'],
  ])('of %s lead the shadow root into a root', (_what, mount, shadow) => {
    mkdirSync(path.join(top, 'other'));
    const config = configure(path.join(top, shadow));
    expect(checked('true', config).status).toBe(0);
    expect(checked(mount, config)).toMatchObject({ status: 2, stderr: expect.stringMatching(/:3:11: .*is below this root through/) });
  });

  it('make two roots one', () => {
    mkdirSync(path.join(top, 'other'));
    const config = configure(path.join(top, 'shadow'), path.join(top, 'other'));
    expect(checked('true', config).status).toBe(0);
    expect(checked('mount --bind project other', config).stderr).toMatch(/:6:11: .*other is the same directory as/);
    expect(checked('mount --bind project/a other', config).stderr).toMatch(/:6:11: .*other is below .*project, through/);
  });

  it('of other directories are no mistake', () => {
    mkdirSync(path.join(top, 'other'));
    const config = configure(path.join(top, 'shadow'), path.join(top, 'other'));
    expect(checked('mkdir data; mount --bind data other; mount -t tmpfs none project/a', config)).toMatchObject({ status: 0, stderr: '' });
  });
});
