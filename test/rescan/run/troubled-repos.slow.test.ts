import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git } from '../../harness/index.js';
import { canMount } from '../mount-namespace.js';
import { makeSite } from '../site.js';

const SETTINGS = '    patterns: |\n      superrepo .\n      superrepo *\n      repo */*\n    facets: [stat, sha, content]\n';
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Runs git-fso below a shell prefix, like `setpriv …`. */
function under(prefix: readonly string[], args: readonly string[], cwd: string): { status: number | null; stdout: string; stderr: string } {
  const [command = '', ...rest] = [...prefix, ...fsoCommand(), ...args];
  return spawnSync(command, rest, { cwd, env: cleanEnvironment(), encoding: 'utf8' });
}

describe('a directory that may not be entered', () => {
  it.skipIf(!isRoot)('is trouble of its own for an ordinary user (needs root)', () => {
    const site = makeSite({ 'closed/in/x': '1', 'open/in/x': '1', 'other/x': '1' }, SETTINGS);
    const ordinary = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    chmodSync(site.top, 0o755);
    mkdirSync(site.shadow);
    chownSync(site.shadow, NOBODY, NOBODY);
    const rescan = (): ReturnType<typeof under> => under(ordinary, ['rescan', '--config', site.config], '/');
    const first = rescan();
    expect(first, first.stderr).toMatchObject({ status: 0 });
    chmodSync(path.join(site.project, 'closed'), 0o700);
    writeFileSync(path.join(site.project, 'open/in/y'), '2');
    const { status, stdout, stderr } = rescan();
    expect(stdout + stderr).not.toMatch(/unexpected|failed root|\n {4}at |missing/);
    expect(stdout + stderr).toMatch(/failed \S+\/closed\/in: .*permission denied/i);
    expect(stdout + stderr).toMatch(/changed \S+\/open\/in: stat \+1/);
    expect(status).toBe(1);
    const list = under(ordinary, ['list', '--config', site.config], '/');
    expect(list.stdout).toContain('/open/in');
    expect(list.stdout).toContain('/closed/in');
  });
});

describe('a shadow root that is mounted read-only', () => {
  it.skipIf(!canMount)('is told once, and repos that have not changed are fine (needs unshare -m)', () => {
    const site = makeSite({ 'a/in/x': '1', 'b/in/x': '1', 'c/in/x': '1' }, SETTINGS);
    expect(site.rescan().status).toBe(0);
    const mount = [
      'unshare',
      '-m',
      'sh',
      '-ec',
      `mount --bind ${site.shadow} ${site.shadow}; mount -o remount,ro,bind ${site.shadow}; exec "$@"`,
      'sh',
    ];
    const unchanged = under(mount, ['rescan', '--config', site.config], site.top);
    expect(unchanged.stderr).toBe(`warning: the shadow root ${site.shadow} is mounted read-only: what has changed cannot be recorded\n`);
    expect(unchanged, unchanged.stdout).toMatchObject({ status: 0 });
    writeFileSync(path.join(site.project, 'b/in/y'), '2');
    const changed = under(mount, ['rescan', '--config', site.config], site.top);
    expect(changed.stderr.match(/mounted read-only/g)).toHaveLength(1);
    expect(changed.stderr).toMatch(/failed \S+\/b\/in: .*read-only file system/);
    expect(changed.stderr).not.toMatch(/failed \S+\/(a|c)\b/);
    expect(changed.status).toBe(1);
  });
});

describe('what killed runs leave', () => {
  it('goes with the next run of the facet, however often it was killed', async () => {
    const tree = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`a/in/${index % 40}/${index}`, 'x']));
    const site = makeSite(tree, SETTINGS);
    expect(site.rescan('--facets', 'content').status).toBe(0);
    const shadow = site.repos().get('a/in') ?? '';
    const packs = path.join(shadow, '.git/objects/pack');
    const temporary = (): string[] => readdirSync(packs).filter((name) => name.startsWith('tmp_'));
    const [command, ...leading] = fsoCommand();
    for (let kills = 0; kills < 5; kills += 1) {
      const before = temporary().length;
      const child = spawn(command, [...leading, 'stat'], { cwd: shadow, env: cleanEnvironment(), stdio: 'ignore' });
      const ended = new Promise((resolve) => {
        child.on('exit', resolve);
      });
      // A pack of this run is there, and is not complete.
      while (temporary().length === before && child.exitCode === null) await new Promise(setImmediate);
      child.kill('SIGKILL');
      await ended;
    }
    const others = ['tmp_pack_sha_01234567', 'tmp_pack_Ab12Cd'];
    for (const name of others) writeFileSync(path.join(packs, name), 'written by somebody who may be alive');
    expect(fso(['stat'], { cwd: shadow }).status).toBe(0);
    expect(temporary().sort()).toEqual([...others].sort());
    expect(readdirSync(packs).filter((name) => name.endsWith('.keep') || name.endsWith('.lock'))).toEqual([]);
    expect(git(['fsck', '--full', '--strict', '--no-dangling'], shadow)).toBe('');
  });
});

describe('a shadow root that is open to others', () => {
  it.skipIf(!isRoot)('is listed for an ordinary user, who may not see the notes of git-fso (needs root)', () => {
    const site = makeSite({ 'a/in/x': '1', 'b/in/x': '1' }, SETTINGS);
    writeFileSync(site.config, `shadowMode: "0755"\n${readFileSync(site.config, 'utf8')}`);
    expect(site.rescan().status).toBe(0);
    chmodSync(site.top, 0o755);
    chmodSync(path.join(site.project, 'b/in'), 0o700);
    const ordinary = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const { status, stdout, stderr } = under(ordinary, ['list', '--config', site.config], '/');
    expect(stdout + stderr).not.toMatch(/permission denied/);
    expect(stdout).toMatch(/\/b\/in +enter-subdirs +\d{4}-/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('a shadow root that may not be entered', () => {
  it.skipIf(!isRoot)('is told an ordinary user by every command, with the way out (needs root)', () => {
    const site = makeSite({ 'a/in/x': '1' }, `${SETTINGS}    schedule: { stat: every 6h }\n`);
    expect(site.rescan().status).toBe(0);
    chmodSync(site.top, 0o755);
    const ordinary = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    for (const command of [
      'rescan',
      'rescan --due',
      'daemon --once',
      'list --due',
      'list --problems',
      'discover',
      'doctor',
      'clear-error --all',
    ]) {
      const { status, stdout, stderr } = under(ordinary, [...command.split(' '), '--config', site.config], '/');
      expect(stdout + stderr, command).not.toMatch(/unexpected|\n {4}at /);
      expect(stdout + stderr, command).toMatch(/permission denied.*\s.*(run git-fso|check owner)/);
      expect(status, command).not.toBe(0);
    }
  });
});
