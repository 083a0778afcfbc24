import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fso, fsoAsync, git, tempDir } from '../../harness/index.js';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
let top: string;
let real: string;

beforeEach(() => {
  top = tempDir();
  real = path.join(top, 'projects/foo');
  mkdirSync(real, { recursive: true });
  writeFileSync(path.join(real, 'a.txt'), 'a\n');
});

const init = (...args: string[]): ReturnType<typeof fso> =>
  fso(['init', '--observe', real, '--shadow', path.join(top, 'shadow'), ...args], { cwd: top });

describe('init --shadow', () => {
  it('creates <path>/<uuid>.fso and prints its path', () => {
    const result = init('--uuid', UUID, '--trim-host-root', top);
    const repo = path.join(top, `shadow/projects/foo/${UUID}.fso`);
    expect(result).toMatchObject({ status: 0, stdout: `${repo}\n` });
    expect(readFileSync(path.join(repo, '.git/fso/uuid'), 'utf8')).toBe(`${UUID}\n`);
    expect(git(['config', 'fso.realdir'], repo)).toBe(real);
    expect(git(['config', 'gc.auto'], repo)).toBe('0');
    expect(git(['status', '--porcelain'], repo)).toBe('');
  });

  it('returns the repo that exists', () => {
    const first = init();
    expect(init('--ignore-most')).toMatchObject({ status: 0, stdout: first.stdout });
  });

  it('gives all who ask at the same time the same repo', async () => {
    const args = ['init', '--observe', real, '--shadow', path.join(top, 'shadow')];
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => fsoAsync(args, { cwd: top })));
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(results.map(({ stdout }) => String(stdout))).size).toBe(1);
  });

  it('refuses what is no UUID', () => {
    expect(init('--uuid', '../escape')).toMatchObject({ status: 2 });
    expect(existsSync(path.join(top, 'shadow'))).toBe(false);
  });

  it('refuses a realdir below the shadow root', () => {
    mkdirSync(path.join(top, 'shadow/inside'), { recursive: true });
    const result = fso(['init', '--observe', path.join(top, 'shadow/inside'), '--shadow', path.join(top, 'shadow')], { cwd: top });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('where shadow repos live');
  });

  it('observes what a symbolic link leads to', () => {
    const link = path.join(top, 'link');
    symlinkSync(real, link);
    const repo = fso(['init', '--observe', link, '--shadow', path.join(top, 'shadow')], { cwd: top }).stdout.trim();
    expect(fso(['-C', repo, 'stat'], { cwd: top }).status).toBe(0);
    expect(git(['show', 'master-stat:a.txt'], repo)).toContain('name: "a.txt"');
  });
});

describe('init here', () => {
  it('goes on where an init that was killed has left its files', () => {
    const here = path.join(top, 'here');
    // No process has a number beyond the limit of the kernel.
    mkdirSync(path.join(here, '.git-fso-init-99999999'), { recursive: true });
    writeFileSync(path.join(here, '.gitignore'), '');
    expect(fso(['init', '--observe', real], { cwd: here })).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(here).sort()).toEqual(['.git', '.gitignore']);
    expect(git(['status', '--porcelain'], here)).toBe('');
  });

  it('ignores what a user has configured for new repositories', () => {
    const here = path.join(top, 'here');
    mkdirSync(here);
    const config = path.join(top, 'gitconfig');
    writeFileSync(config, '[init]\n\tdefaultBranch = trunk\n\ttemplateDir = /nonexistent\n[core]\n\thooksPath = /nonexistent\n');
    expect(fso(['init', '--observe', real], { cwd: here, env: { GIT_CONFIG_GLOBAL: config, GIT_DEFAULT_HASH: 'sha256' } })).toMatchObject({
      status: 0,
    });
    expect(git(['symbolic-ref', 'HEAD'], here)).toBe('refs/heads/master-stub');
    expect(git(['rev-parse', '--show-object-format'], here)).toBe('sha1');
  });
});
