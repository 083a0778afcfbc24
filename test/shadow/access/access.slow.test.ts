import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fso, git, tempDir } from '../../harness/index.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = '--reuid=65534';
const canBeNobody = isRoot && spawnSync('setpriv', [NOBODY, '--clear-groups', 'true']).status === 0;

let top: string;

beforeEach(() => {
  top = tempDir();
  chmodSync(top, 0o755);
});

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

function makeReal(realdir: string, mode: number): string {
  const real = path.join(top, realdir);
  mkdirSync(real, { recursive: true });
  chmodSync(real, mode);
  return real;
}

/** A configuration that mirrors what is below `top`; each direct subdirectory of `root` is a repo. */
function configure(root: string, shadowMode: string | null = 'mirror', trim = top): string {
  const config = path.join(top, 'git-fso.yml');
  const mode = shadowMode === null ? '' : `shadowMode: ${shadowMode}\n`;
  writeFileSync(
    config,
    `shadow: ${top}/shadow\ntrimHostRoot: ${trim}\n${mode}roots:\n  - { path: ${path.join(top, root)}, facets: [stat, content] }\n`,
  );
  return config;
}

function rescan(config: string): string {
  const { status, stdout, stderr } = fso(['rescan', '--config', config], { cwd: top });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** The shadow repo in a directory of the shadow root. */
function repoIn(directory: string): string {
  const mirror = path.join(top, 'shadow', directory);
  return path.join(mirror, readdirSync(mirror).find((name) => name.endsWith('.fso')) ?? 'none');
}

describe('shadowMode: mirror', () => {
  it.each([
    [0o755, '755', '755', '644'],
    [0o775, '755', '755', '644'],
    [0o750, '750', '750', '640'],
    [0o2770, '750', '750', '640'],
    [0o700, '700', '700', '600'],
    // Whoever may enter the realdir, but not list it, must not read its records.
    [0o711, '711', '700', '600'],
    [0o1777, '755', '755', '644'],
  ])('gives mode %o without write access for others, and files accordingly, whatever the umask', (mode, expected, inside, file) => {
    makeReal('projects/foo', mode);
    const before = process.umask(0);
    try {
      rescan(configure('projects'));
    } finally {
      process.umask(before);
    }
    const repo = repoIn('projects/foo');
    expect([path.join(top, 'shadow'), path.join(top, 'shadow/projects'), path.dirname(repo), repo].map(modeOf)).toEqual([
      '755',
      '755',
      expected,
      expected,
    ]);
    const names = ['.git', '.git/objects', '.git/refs/heads', '.git/logs'];
    expect(names.map((name) => modeOf(path.join(repo, name)))).toEqual(names.map(() => inside));
    const files = ['.git/config', '.git/HEAD', '.git/index', '.git/refs/heads/master-stat', '.git/logs/refs/heads/master-stat'];
    expect(files.map((name) => modeOf(path.join(repo, name)))).toEqual(files.map(() => file));
    expect(modeOf(path.join(repo, '.git/fso'))).toBe('700');
    expect(git(['config', 'core.sharedRepository'], repo)).toBe(`0${file}`);
  });

  it('mirrors the mode of each directory on the way', () => {
    makeReal('private', 0o700);
    makeReal('private/open', 0o755);
    rescan(configure('private'));
    expect(modeOf(path.join(top, 'shadow/private'))).toBe('700');
    expect(modeOf(repoIn('private/open'))).toBe('755');
  });

  it('keeps out who is kept out by a directory that trimHostRoot leaves out of the path', () => {
    makeReal('host/export/p', 0o755);
    chmodSync(path.join(top, 'host'), 0o700);
    rescan(configure('host/export', 'mirror', path.join(top, 'host/export')));
    expect([modeOf(path.join(top, 'shadow/p')), modeOf(repoIn('p'))]).toEqual(['700', '700']);
  });

  it('narrows when the real directory does, says so, and opens nothing again', () => {
    const real = makeReal('projects/foo', 0o755);
    const config = configure('projects');
    rescan(config);
    chmodSync(real, 0o700);
    expect(rescan(config)).toContain(`closed ${repoIn('projects/foo')}: 1 shadow repo was more open`);
    const narrowed = (): string[] => [repoIn('projects/foo'), path.dirname(repoIn('projects/foo'))].map(modeOf);
    expect(narrowed()).toEqual(['700', '700']);
    expect(execFileSync('find', [repoIn('projects/foo'), '-perm', '/077', '!', '-type', 'l'], { encoding: 'utf8' })).toBe('');
    expect(git(['config', 'core.sharedRepository'], repoIn('projects/foo'))).toBe('0600');
    chmodSync(real, 0o755);
    expect(rescan(config)).not.toContain('closed');
    // Its history is about what was there while it was closed, too.
    expect(narrowed()).toEqual(['700', '700']);
  });

  it.skipIf(!isRoot)('takes over the group, for what Git makes as well (needs root)', () => {
    chownSync(makeReal('projects/lab', 0o2770), 0, 12_345);
    rescan(configure('projects'));
    const repo = repoIn('projects/lab');
    git(['commit', '--allow-empty', '-qm', 'x'], repo);
    git(['gc', '-q'], repo);
    const packs = path.join(repo, '.git/objects/pack');
    const seen = [repo, path.join(repo, '.git/HEAD'), packs, ...readdirSync(packs).map((name) => path.join(packs, name))];
    expect(new Set(seen.map((file) => statSync(file).gid))).toEqual(new Set([12_345]));
    expect(modeOf(repo)).toBe('750');
    for (const name of readdirSync(packs)) expect([name, modeOf(path.join(packs, name))]).toEqual([name, '440']);
    // Another group may not see it because the real directory has changed hands.
    chownSync(path.join(top, 'projects/lab'), 0, 12_346);
    rescan(configure('projects'));
    expect(modeOf(repo)).toBe('700');
  });

  it.skipIf(!canBeNobody)('gives nothing to a group that it cannot take over (needs root, to be somebody else)', () => {
    const real = makeReal('projects/lab', 0o750);
    chownSync(real, 65_534, 12_345);
    const shadow = path.join(top, 'shadow');
    mkdirSync(shadow);
    chownSync(shadow, 65_534, 65_534);
    const bin = path.resolve(import.meta.dirname, '../../../bin/git-fso');
    const args = [NOBODY, '--regid=65534', '--clear-groups', process.execPath, bin, 'rescan', '--config', configure('projects')];
    execFileSync('setpriv', args, { encoding: 'utf8', cwd: '/' });
    expect(modeOf(repoIn('projects/lab'))).toBe('700');
  });

  const acl = path.join(tempDir(), 'acl');
  mkdirSync(acl);
  const hasAcl = spawnSync('setfacl', ['-m', 'u:12345:rx', acl]).status === 0;

  it.skipIf(!hasAcl)('is closed for group and others where there is an access control list (needs setfacl)', () => {
    const real = makeReal('projects/foo', 0o755);
    execFileSync('setfacl', ['-m', 'u:12345:---', real]);
    rescan(configure('projects'));
    const repo = repoIn('projects/foo');
    expect([modeOf(repo), modeOf(path.dirname(repo))]).toEqual(['700', '700']);
  });
});

describe('shadowMode in octal', () => {
  it('gives every directory this mode, files accordingly, and what nobody else needs to nobody else', () => {
    makeReal('root/foo', 0o700);
    rescan(configure('root', '"0750"'));
    const repo = repoIn('root/foo');
    expect(['.', '.git', '.git/config', '.git/refs/heads/master-stat', '.git/fso'].map((name) => modeOf(path.join(repo, name)))).toEqual([
      '750',
      '750',
      '640',
      '640',
      '700',
    ]);
    expect(modeOf(path.join(top, 'shadow/root'))).toBe('750');
    expect(modeOf(path.join(top, 'shadow/.git-fso'))).toBe('700');
    expect(modeOf(path.join(top, 'shadow/.git-fso.lock'))).toBe('600');
  });
});
