import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git, tempDir } from '../../harness/index.js';
import { canGiveFiles, fsoAs, give, recordedSite, repoOf, SERVICE, STRANGER, touch } from './foreign-site.js';

const COMMANDS = [
  ['gc'],
  ['stat'],
  ['content'],
  ['ls'],
  ['show', '.'],
  ['status'],
  ['head'],
  ['check'],
  ['reinit', '--ignore-most'],
  ['stub', 'ignore', 'x'],
  ['meta', 'get'],
];

describe.skipIf(!canGiveFiles())('shadow repos of others (needs root and setpriv)', () => {
  test('no command opens one that belongs to a stranger', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    give(repo, STRANGER);
    const before = git(['-c', 'safe.directory=*', 'rev-parse', 'master-stat'], repo);
    touch(site, 'one/a.txt');
    for (const command of COMMANDS) {
      const { status, stderr } = fso(command, { cwd: repo });
      expect(status, command.join(' ')).toBe(1);
      expect(stderr, command.join(' ')).toContain(`${repo}: belongs to user ${STRANGER}, who is not trusted here`);
      expect(stderr).toContain(`setpriv --reuid=${STRANGER} --regid=${STRANGER} --clear-groups git-fso …`);
    }
    expect(git(['-c', 'safe.directory=*', 'rev-parse', 'master-stat'], repo)).toBe(before);
  });

  test.each(['.git', '.git/config', '.git/objects', '.git/logs/refs/heads'])('nor one in which a stranger owns %s', (name) => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    fs.lchownSync(path.join(repo, name), STRANGER, STRANGER);
    const { status, stderr } = fso(['gc'], { cwd: repo });
    expect(status).toBe(1);
    expect(stderr).toContain(`${path.join(repo, name)}: belongs to user ${STRANGER}`);
  });

  test('the others of the root are recorded, and list shows them', () => {
    const site = recordedSite();
    give(repoOf(site, 'one'), STRANGER);
    touch(site, 'one/a.txt');
    touch(site, 'two/b.txt');
    const { status, stdout, stderr } = site.rescan();
    expect(status).toBe(1);
    expect(stdout).toContain(`changed ${site.project}/two: stat`);
    expect(stderr).toContain(`failed ${site.project}/one: `);
    const list = fso(['list', '--config', site.config], { cwd: site.top });
    expect(list.stdout).toMatch(/\/one .*belongs to user 54321/);
    expect(list.stdout).toMatch(/\/two .* ok/);
    expect(fso(['doctor', '--config', site.config], { cwd: site.top }).stdout).toMatch(/error: .*\/one: .*belongs to user 54321/);
  });

  test('a realdir that holds a Git repository with fso.realdir is none', () => {
    const site = recordedSite();
    const trap = path.join(site.project, 'one');
    const done = path.join(site.top, 'done');
    git(['init', '-q'], trap);
    git(['config', 'fso.realdir', '/etc'], trap);
    git(['config', 'filter.x.clean', `touch ${done}`], trap);
    for (const owner of [STRANGER, 0]) {
      give(trap, owner);
      // The directory stands for the shadow repo that records it.
      for (const args of [['gc'], ['stub', 'ignore', 'x'], ['stat'], ['ls']]) {
        const { status, stdout } = fso(args, { cwd: trap, env: { GIT_FSO_CONFIG: site.config } });
        expect(status).toBe(0);
        expect(stdout).not.toContain('passwd');
      }
    }
    give(trap, STRANGER);
    expect(fso(['gc'], { cwd: trap }).stderr).toContain('is not trusted here');
    git(['config', 'fso.realdir', trap], trap, {
      env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
    });
    give(trap, 0);
    expect(fso(['gc'], { cwd: trap }).stderr).toContain('not a shadow repo of git-fso');
    expect(fs.existsSync(done)).toBe(false);
  });

  test('an ordinary user learns what to do, and the configuration of a service user opens its repos', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    give(site.shadow, SERVICE);
    spawnSync('chmod', ['-R', 'a+rX', site.shadow]);
    const refused = fsoAs(STRANGER, ['-C', repo, 'ls'], site.top);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`${repo}: belongs to user ${SERVICE}, who is not trusted here`);
    expect(refused.stderr).toContain('GIT_FSO_CONFIG');
    const list = fsoAs(STRANGER, ['list', '--config', site.config], site.top);
    expect(list.stdout).toMatch(/\/one .* ok/);
    expect(list.status).toBe(0);
  });
});

describe.skipIf(!canGiveFiles())('root and the shadow root of a service user (needs root and setpriv)', () => {
  test('root may look, but does not write, and says how to', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    fs.chmodSync(path.join(site.project, 'one'), 0o700);
    give(site.shadow, SERVICE);
    touch(site, 'one/a.txt');
    for (const args of [['list', '--config', site.config], ['discover', '--config', site.config]]) {
      expect(fso(args, { cwd: site.top }).status, args.join(' ')).toBe(0);
    }
    expect(fso(['-C', repo, 'ls'], { cwd: site.top, env: { GIT_FSO_CONFIG: site.config } }).stdout).toContain('a.txt');
    for (const args of [['rescan'], ['rescan', '--due'], ['daemon', '--once']]) {
      const { status, stderr } = fso([...args, '--config', site.config], { cwd: site.top });
      expect(status, args.join(' ')).toBe(1);
      expect(stderr).toContain(`${site.shadow}: belongs to user ${SERVICE}; root does not write there`);
    }
    const { status, stderr } = fso(['-C', repo, 'stat'], { cwd: site.top, env: { GIT_FSO_CONFIG: site.config } });
    expect(status).toBe(1);
    const command = /setpriv .* git-fso …/.exec(stderr)?.[0] ?? '';
    expect(command).toContain('--ambient-caps=+dac_read_search');
    expect(fso(['init', '--observe', site.top, '--shadow', site.shadow, '--ignore-most'], { cwd: site.top }).stderr).toContain(
      'root does not write there',
    );

    // What it says works, and reads what only root may read.
    const [, ...args] = command.replace(' git-fso …', '').split(' ');
    const done = spawnSync('setpriv', [...args, ...fsoCommand(), 'rescan', '--config', site.config], {
      cwd: site.top,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect(done.stderr).toBe('');
    expect(done.stdout).toContain(`changed ${site.project}/one: stat`);
    expect(fs.statSync(path.join(repo, '.git/refs/heads/master-stat')).uid).toBe(SERVICE);
  });

  test('a repo of root is one for everybody', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    spawnSync('chmod', ['-R', 'a+rX', site.shadow]);
    expect(fsoAs(STRANGER, ['-C', repo, 'ls'], tempDir()).stdout).toContain('a.txt');
  });
});
