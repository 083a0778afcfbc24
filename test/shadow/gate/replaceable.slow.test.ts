import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { startLoop } from '../../hostile/swapper.js';
import { fso, tempDir } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';
import { canGiveFiles, fsoAs, give, recordedSite, repoOf, SERVICE, STRANGER } from './foreign-site.js';

/** Everything below a directory, with its owners. */
function picture(directory: string): string[] {
  return fs.readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => `${fs.lstatSync(path.join(directory, name)).uid} ${name}`).sort();
}

describe.skipIf(!canGiveFiles())('a shadow root that others could replace (needs root and setpriv)', () => {
  /** A realdir, and a directory of a stranger beside it. */
  function make(): { readonly top: string; readonly real: string; readonly strangers: string } {
    const top = tempDir();
    const [real, strangers] = [path.join(top, 'real'), path.join(top, 'strangers')];
    fs.mkdirSync(real);
    fs.mkdirSync(strangers);
    give(strangers, STRANGER);
    return { top, real, strangers };
  }

  const init = (real: string, shadow: string): ReturnType<typeof fso> => fso(['init', '--observe', real, '--shadow', shadow], { cwd: '/' });

  test('init makes none below the directory of a stranger', () => {
    const { real, strangers } = make();
    const { status, stderr } = init(real, path.join(strangers, 'a/shadow'));
    expect(status).toBe(1);
    expect(stderr).toContain(`${strangers}, on the way there, belongs to user ${STRANGER}`);
    expect(stderr).toMatch(/\n {2}run chown root .*strangers/);
    expect(fs.readdirSync(strangers)).toEqual([]);
  });

  test('nor uses one of root there', () => {
    const { real, strangers } = make();
    fs.mkdirSync(path.join(strangers, 'shadow'));
    expect(init(real, path.join(strangers, 'shadow')).status).toBe(1);
    expect(picture(strangers)).toEqual(['0 shadow']);
  });

  test('nor makes one through a link that a stranger has planted in a directory for everybody', () => {
    const { top, real } = make();
    const [everybodys, outside] = [path.join(top, 'everybodys'), path.join(top, 'outside')];
    for (const directory of [everybodys, outside]) fs.mkdirSync(directory);
    fs.chmodSync(everybodys, 0o1777);
    fs.symlinkSync(outside, path.join(everybodys, 'x'));
    fs.lchownSync(path.join(everybodys, 'x'), STRANGER, STRANGER);
    const { status, stderr } = init(real, path.join(everybodys, 'x/shadow'));
    expect([status, stderr]).toEqual([1, expect.stringContaining(`is a symbolic link of user ${STRANGER}`)]);
    expect(fs.readdirSync(outside)).toEqual([]);
    expect(init(real, path.join(everybodys, 'mine/shadow')).status).toBe(0);
  });

  test('nor while a stranger plants links as fast as he can', async () => {
    const { top, real } = make();
    const [everybodys, outside] = [path.join(top, 'everybodys'), path.join(top, 'outside')];
    for (const directory of [everybodys, outside]) fs.mkdirSync(directory);
    fs.chmodSync(everybodys, 0o1777);
    const link = JSON.stringify(path.join(everybodys, 'x'));
    // Root's directory is out of his reach, so the test removes it between the runs.
    const loop = await startLoop(
      `process.geteuid() === 0 && process.seteuid(${STRANGER}); attempt(() => fs.symlinkSync(${JSON.stringify(outside)}, ${link})); ` +
        `attempt(() => fs.unlinkSync(${link}));`,
    );
    const statuses = new Set<number | null>();
    for (const end = Date.now() + 4000; Date.now() < end;) {
      statuses.add(init(real, path.join(everybodys, 'x/shadow')).status);
      if (!fs.lstatSync(path.join(everybodys, 'x'), { throwIfNoEntry: false })?.isSymbolicLink())
        fs.rmSync(path.join(everybodys, 'x'), { recursive: true, force: true });
    }
    await loop.end();
    expect(fs.readdirSync(outside)).toEqual([]);
    expect([...statuses].every((status) => status === 0 || status === 1)).toBe(true);
  }, 60_000);

  test('rescan and daemon write nothing there, and init here and single commands neither', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    give(site.top, 0);
    fs.lchownSync(site.top, STRANGER, STRANGER);
    const before = picture(site.top);
    const here = path.join(site.top, 'here');
    for (const args of [
      ['rescan', '--config', site.config],
      ['daemon', '--once', '--config', site.config],
      ['clear-error', '--all', '--config', site.config],
      ['-C', repo, 'stat', '--recheck'],
      ['-C', repo, 'gc'],
    ]) {
      const { status, stderr } = fso(args, { cwd: '/' });
      expect([args[0], status, stderr]).toEqual([
        args[0],
        1,
        expect.stringContaining('could be replaced by others, so root does not write there'),
      ]);
    }
    expect(picture(site.top)).toEqual(before);
    fs.mkdirSync(here);
    expect(fso(['-C', here, 'init', '--observe', '/usr/bin'], { cwd: '/' }).status).toBe(1);
    expect(fs.readdirSync(here)).toEqual([]);
    expect(fso(['-C', repo, 'ls'], { cwd: '/' }).status).toBe(0);
  });

  test('directories that a group of theirs may write are as before', () => {
    const { top, real } = make();
    fs.mkdirSync(path.join(top, 'srv'));
    fs.chownSync(path.join(top, 'srv'), 0, STRANGER);
    fs.chmodSync(path.join(top, 'srv'), 0o2775);
    expect(init(real, path.join(top, 'srv/shadow')).status).toBe(0);
  });
});

describe.skipIf(!canGiveFiles())('what root leaves in the shadow root of a service user (needs root and setpriv)', () => {
  test('nothing, whatever the command', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    fs.rmSync(path.join(site.shadow, '.git-fso'), { recursive: true });
    give(site.shadow, SERVICE);
    // One that root has made there before.
    const mine = repoOf(site, 'two');
    give(mine, 0);
    const before = picture(site.shadow);
    const env = { GIT_FSO_CONFIG: site.config };
    const elsewhere = path.join(site.project, 'three');
    fs.mkdirSync(elsewhere);
    for (const args of [
      ['rescan'],
      ['rescan', '--dry-run'],
      ['daemon', '--once'],
      ['clear-error', '--all'],
      ['list'],
      ['list', '--problems'],
      ['discover'],
      ['doctor'],
    ])
      fso(args, { cwd: '/', env });
    for (const args of [['status'], ['ls'], ['check'], ['show', '.'], ['summary'], ['head']]) fso(['-C', repo, ...args], { cwd: '/', env });
    expect(fso(['-C', mine, 'move', elsewhere], { cwd: '/', env }).stderr).toContain('root does not write there');
    expect(picture(site.shadow)).toEqual(before);
    expect(fsoAs(SERVICE, ['daemon', '--once', '--config', site.config], '/').stderr).not.toMatch(/denied|daemon\.lock/);
  });

  test('links and FIFOs in its notes are not followed, whoever runs', () => {
    const site = makeSite({ 'one/a': 'a' }, '    facets: [stat]\n');
    expect(site.rescan().status).toBe(0);
    const state = path.join(site.shadow, '.git-fso');
    const outside = path.join(site.top, 'outside');
    for (const name of ['problems', 'told', 'roots']) {
      fs.rmSync(path.join(state, name), { recursive: true, force: true });
      fs.mkdirSync(outside, { recursive: true });
      fs.writeFileSync(path.join(outside, 'precious.json'), '{}');
      fs.symlinkSync(outside, path.join(state, name));
      fs.rmSync(path.join(site.project, 'one'), { recursive: true, force: true });
      fs.writeFileSync(path.join(site.project, 'one'), '');
      for (const args of [['rescan'], ['rescan', '--due'], ['clear-error', '--all'], ['list', '--problems']]) {
        expect(fso([...args, '--config', site.config], { cwd: '/' }).stderr, `${name} ${args[0]}`).not.toContain('unexpected error');
      }
      expect(fso(['doctor', '--config', site.config], { cwd: '/' }).stdout).toContain(`${path.join(state, name)}: is a link`);
      expect(fs.readdirSync(outside), name).toEqual(['precious.json']);
      fs.unlinkSync(path.join(state, name));
    }
    fs.mkdirSync(path.join(state, 'problems'), { recursive: true });
    spawnSync('mkfifo', [path.join(state, 'problems', 'x.json')]);
    fs.symlinkSync('/dev/zero', path.join(state, 'problems', 'y.json'));
    expect(fso(['list', '--problems', '--config', site.config], { cwd: '/', timeout: 20_000 }).status).not.toBeNull();
  }, 60_000);
});
