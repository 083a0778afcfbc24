import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fso, tempDir } from '../harness/index.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = '--reuid=65534';
const canBeNobody = isRoot && spawnSync('setpriv', [NOBODY, '--clear-groups', 'true']).status === 0;

let top: string;

beforeEach(() => {
  top = tempDir();
  chmodSync(top, 0o755);
});

/** Creates a shadow repo for `<top>/<realdir>` and returns its directory. */
function init(realdir: string, ...args: string[]): string {
  const shadow = path.join(top, 'shadow');
  const result = fso(['init', '--shadow', shadow, '--trim-host-root', top, '--observe', path.join(top, realdir), ...args], { cwd: top });
  expect(result.stderr).toBe('');
  return result.stdout.trim();
}

const modeOf = (file: string): string => (statSync(file).mode & 0o7777).toString(8);

function makeReal(realdir: string, mode: number): string {
  const real = path.join(top, realdir);
  mkdirSync(real, { recursive: true });
  chmodSync(real, mode);
  return real;
}

describe('access to shadow directories', () => {
  it.each([
    [0o755, '755'],
    [0o775, '755'],
    [0o750, '750'],
    [0o2770, '750'],
    [0o700, '700'],
    [0o711, '711'],
    [0o1777, '755'],
  ])('mirrors mode %o without write access for others', (mode, expected) => {
    makeReal('projects/foo', mode);
    const repo = init('projects/foo');
    expect(modeOf(repo)).toBe(expected);
    expect(modeOf(path.dirname(repo))).toBe(expected);
    expect(modeOf(path.join(top, 'shadow/projects'))).toBe('755');
  });

  it('keeps records from those who may enter a directory but not list it', () => {
    makeReal('dropbox', 0o711);
    expect(modeOf(path.join(init('dropbox'), '.git'))).toBe('700');
  });

  it('mirrors the mode of each directory on the way', () => {
    makeReal('private', 0o700);
    makeReal('private/open', 0o755);
    const repo = init('private/open');
    expect(modeOf(path.join(top, 'shadow/private'))).toBe('700');
    expect(modeOf(repo)).toBe('755');
  });

  it.skipIf(!isRoot)('takes over the group (needs root)', () => {
    chownSync(makeReal('lab', 0o2770), 0, 12_345);
    const repo = init('lab');
    expect(statSync(repo).gid).toBe(12_345);
    expect(modeOf(repo)).toBe('750');
  });

  it.skipIf(!canBeNobody)('gives nothing to a group that it cannot take over (needs root, to be somebody else)', () => {
    const real = makeReal('lab', 0o750);
    chownSync(real, 65_534, 12_345);
    const shadow = path.join(top, 'shadow');
    mkdirSync(shadow);
    chownSync(shadow, 65_534, 65_534);
    const bin = path.resolve(import.meta.dirname, '../../bin/git-fso');
    const args = [NOBODY, '--regid=65534', '--clear-groups', process.execPath, bin, 'init', '--shadow', shadow, '--trim-host-root', top, '--observe', real];
    const repo = execFileSync('setpriv', args, { encoding: 'utf8', cwd: '/' }).trim();
    expect(modeOf(repo)).toBe('700');
  });

  const acl = path.join(tempDir(), 'acl');
  mkdirSync(acl);
  const hasAcl = spawnSync('setfacl', ['-m', 'u:12345:rx', acl]).status === 0;

  it.skipIf(!hasAcl)('is closed for group and others where there is an access control list (needs setfacl)', () => {
    const real = makeReal('projects/foo', 0o755);
    execFileSync('setfacl', ['-m', 'u:12345:---', real]);
    const repo = init('projects/foo');
    expect(modeOf(repo)).toBe('700');
    expect(modeOf(path.dirname(repo))).toBe('700');
  });

  it('uses shadowMode instead where the configuration has it', () => {
    makeReal('root/foo', 0o755);
    const config = path.join(top, 'git-fso.yml');
    writeFileSync(config, `shadow: ${top}/shadow\ntrimHostRoot: ${top}\nshadowMode: "0700"\nroots:\n  - path: ${top}/root\n`);
    expect(fso(['rescan', '--config', config], { cwd: top })).toMatchObject({ status: 0, stderr: '' });
    expect(modeOf(path.join(top, 'shadow/root'))).toBe('700');
    expect(modeOf(path.join(top, 'shadow/root/foo'))).toBe('700');
  });

  it.skipIf(!canBeNobody)('shows a stranger nothing of a closed directory (needs root, to be somebody else)', () => {
    writeFileSync(path.join(makeReal('closed', 0o700), 'secret.txt'), 's');
    const repo = init('closed');
    expect(existsSync(repo)).toBe(true);
    const ls = spawnSync('setpriv', [NOBODY, '--clear-groups', 'ls', path.join(repo, '.git')]);
    expect(ls.status).not.toBe(0);
  });
});
