import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, cleanEnvironment, git } from '../harness/index.js';
import { cannotBeNobody, HostileWorld, submoduleOf } from './hostile-world.js';

const A = 'a'.repeat(40);
const GIB = 2 ** 30;
const ROOT_SECRET = '/etc/shadow';

/** What makes a directory a repository, with changes. */
function repository(changes: TreeSpec): TreeSpec {
  const usual: TreeSpec = {
    'sub/.git/objects': null,
    'sub/.git/refs/heads/main': `${A}\n`,
    'sub/.git/HEAD': 'ref: refs/heads/main\n',
    'sub/f': 'file\n',
    other: 'other\n',
  };
  return { ...usual, ...changes };
}

async function recordOf(spec: TreeSpec): Promise<HostileWorld> {
  const world = new HostileWorld(spec);
  await world.recordsAll();
  expect(world.recorded().get('other'), 'what is beside').toContain('name: "other"');
  return world;
}

describe('a .git that makes no repository: the directory is entered', () => {
  test.concurrent.each<[string, TreeSpec]>([
    ['a FIFO', { 'sub/.git': { fifo: true } }],
    ['a symbolic link to itself', { 'sub/.git': { symlink: '.git' } }],
    ['a circle of symbolic links', { 'sub/.git': { symlink: '../x' }, x: { symlink: 'y' }, y: { symlink: 'sub/.git' } }],
    ['a file of 2 GiB', { 'sub/.git': { sparse: 2 * GIB } }],
    ['a device', { 'sub/.git': { symlink: '/dev/zero' } }],
    ['a terminal', { 'sub/.git': { symlink: '/dev/tty' } }],
    ['a file that leads to standard input', { 'sub/.git': 'gitdir: /proc/self/fd/0\n' }],
    ['a file that leads to itself', { 'sub/.git': 'gitdir: .git\n' }],
    ['a file that leads to a device', { 'sub/.git': 'gitdir: /dev/zero\n' }],
    ['a file with a path beyond PATH_MAX', { 'sub/.git': `gitdir: ${'x/'.repeat(4000)}\n` }],
    ['a file with NUL', { 'sub/.git': 'gitdir: \0/etc\n' }],
    ['an empty directory', { 'sub/.git': null }],
    ['a directory whose HEAD is a FIFO', { 'sub/.git/objects': null, 'sub/.git/refs': null, 'sub/.git/HEAD': { fifo: true } }],
    ['a directory whose HEAD is a circle', { 'sub/.git/objects': null, 'sub/.git/refs': null, 'sub/.git/HEAD': { symlink: 'HEAD' } }],
    [
      'a commondir that leads nowhere',
      { 'sub/.git/objects': null, 'sub/.git/refs': null, 'sub/.git/HEAD': `${A}\n`, 'sub/.git/commondir': '../../nowhere\n' },
    ],
    [
      'a commondir that is a FIFO',
      { 'sub/.git/objects': null, 'sub/.git/refs': null, 'sub/.git/HEAD': `${A}\n`, 'sub/.git/commondir': { fifo: true } },
    ],
  ])('%s', async (_, spec) => {
    const world = await recordOf({ 'sub/f': 'file\n', other: 'other\n', ...spec });
    expect([...world.recorded().keys()]).toContain('sub/f');
    expect(world.everythingStored()).not.toContain('submodule');
  });

  test('a socket', async () => {
    const world = new HostileWorld({ 'sub/f': 'file\n' });
    const server = net.createServer().listen(path.join(world.real, 'sub/.git'));
    await once(server, 'listening');
    await world.recordsAll();
    expect([...world.recorded().keys()]).toContain('sub/f');
    server.close();
  });
});

describe('a repository whose commit cannot be known: a tree stat without one, and a warning', () => {
  test.concurrent.each<[string, TreeSpec]>([
    ['a name that leads out of refs', repository({ 'sub/.git/HEAD': `ref: refs/heads/../../../../../../..${ROOT_SECRET}\n` })],
    ['a name that leads to a root file', repository({ 'sub/.git/HEAD': `ref: refs/../../../../../../../..${ROOT_SECRET}\n` })],
    ['a reference that is a link to a secret', repository({ 'sub/.git/refs/heads/main': { symlink: '../../../../../secret' } })],
    ['a reference that is a FIFO', repository({ 'sub/.git/refs/heads/main': { fifo: true } })],
    ['references in a circle', repository({ 'sub/.git/refs/heads/main': 'ref: refs/heads/main\n' })],
    ['a reference of 2 GiB', repository({ 'sub/.git/refs/heads/main': { sparse: 2 * GIB } })],
    ['a config that is a FIFO', repository({ 'sub/.git/config': { fifo: true } })],
    ['a config of 2 GiB', repository({ 'sub/.git/config': { sparse: 2 * GIB } })],
    ['a .git file that leads out of the realdir', { 'sub/.git': 'gitdir: ../../outside\n', 'sub/f': '' }],
    ['a .git file that leads out of the realdir, to nothing', { 'sub/.git': 'gitdir: ../../nowhere\n', 'sub/f': '' }],
    ['a .git link that leads out of the realdir', { 'sub/.git': { symlink: '../../outside' }, 'sub/f': '' }],
    [
      'a link to a .git link that leads out of the realdir',
      { 'sub/.git': { symlink: '../x/y' }, x: { symlink: 'z' }, 'z/y': { symlink: '../../outside' }, 'sub/f': '' },
    ],
    ['a commondir that leads out of the realdir', repository({ 'sub/.git/refs': null, 'sub/.git/commondir': '../../../outside\n' })],
    [
      'references that lead out of the realdir',
      { 'sub/.git/objects': null, 'sub/.git/refs': { symlink: '../../../outside/refs' }, 'sub/.git/HEAD': 'ref: refs/heads/main\n' },
    ],
    [
      'reftable',
      repository({
        'sub/.git/config': '[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n',
        'sub/.git/HEAD': 'ref: refs/heads/.invalid\n',
      }),
    ],
    ['an unknown extension', repository({ 'sub/.git/config': '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tmystery = true\n' })],
    ['a HEAD of zeros', repository({ 'sub/.git/HEAD': `${'0'.repeat(40)}\n` })],
    ['a commit id with escape sequences', repository({ 'sub/.git/refs/heads/main': '\x1b]0;title\x07\n' })],
  ])('%s', async (_, spec) => {
    const world = new HostileWorld(spec);
    const secret = `${'5ec2e7'.repeat(6)}5ec2\n`;
    fs.writeFileSync(path.join(world.top, 'secret'), secret);
    buildTree(path.join(world.top, 'outside'), { objects: null, 'refs/heads/main': secret, HEAD: 'ref: refs/heads/main\n' });
    const { stderr } = await world.recordsAll();
    expect(stderr).toContain('warning: sub: repository');
    expect(stderr, 'nothing talks to the terminal').not.toContain('\x1b');
    const record = world.recorded().get('sub');
    expect(record).toMatch(/^name: "sub"\nmtime: \d+\ndirs: \d+\nfiles: \d+\nlinks: \d+\nothers: \d+\nsize: \d+\n$/);
    expect(world.everythingStored()).not.toContain('5ec2e7');
  });

  test('packed-refs of 1 GiB are searched up to a limit', async () => {
    const world = await recordOf({
      'sub/.git/objects': null,
      'sub/.git/refs': null,
      'sub/.git/HEAD': 'ref: refs/heads/main\n',
      'sub/.git/packed-refs': { sparse: GIB },
      other: '',
    });
    expect(submoduleOf(world.recorded().get('sub'))).toBeUndefined();
  });
});

describe('an unusual repository: the commit is right', () => {
  test('sha256', async () => {
    const world = new HostileWorld({ other: '' });
    const sub = path.join(world.real, 'sub');
    git(['init', '-q', '--object-format=sha256', sub], world.top);
    git(['commit', '-q', '--allow-empty', '-m', 'first'], sub);
    await world.recordsAll();
    expect(submoduleOf(world.recorded().get('sub'))).toBe(git(['rev-parse', 'HEAD'], sub));
  });

  test('a linked worktree, with its gitdir and commondir in another directory', async () => {
    const world = new HostileWorld({ other: '' });
    const main = path.join(world.real, 'main');
    git(['init', '-q', main], world.top);
    git(['commit', '-q', '--allow-empty', '-m', 'first'], main);
    git(['worktree', 'add', '-q', path.join(world.real, 'sub'), '-b', 'topic'], main);
    git(['commit', '-q', '--allow-empty', '-m', 'second'], path.join(world.real, 'sub'));
    git(['pack-refs', '--all'], main);
    await world.recordsAll();
    expect(submoduleOf(world.recorded().get('sub'))).toBe(git(['rev-parse', 'topic'], main));
  });

  test('a chain of commondir: only the first step counts, as for Git', async () => {
    const world = new HostileWorld({
      'sub/.git/HEAD': 'ref: refs/heads/main\n', 'sub/.git/commondir': '../one\n',
      'sub/one/objects': null, 'sub/one/refs/heads/main': `${A}\n`, 'sub/one/commondir': '../two\n',
      'sub/two/objects': null, 'sub/two/refs/heads/main': `${'b'.repeat(40)}\n`,
    });
    await world.recordsAll();
    expect(submoduleOf(world.recorded().get('sub'))).toBe(A);
  });

  test('one that belongs to somebody else', async ({ skip }) => {
    skip(process.geteuid?.() !== 0, 'needs root');
    const world = new HostileWorld(repository({}));
    execFileSync('chown', ['-R', '1234:1234', path.join(world.real, 'sub')]);
    expect((await world.recordsAll()).stderr).toBe('');
    expect(submoduleOf(world.recorded().get('sub'))).toBe(A);
  });

  test('one that may not be read keeps its last record, and is reported', async ({ skip }) => {
    const reason = cannotBeNobody();
    skip(reason !== undefined, reason);
    const world = new HostileWorld(repository({}), { asNobody: true });
    await world.init();
    await world.records('stat');
    const before = world.recorded().get('sub');
    expect(submoduleOf(before)).toBe(A);
    const dotGit = path.join(world.real, 'sub/.git');
    fs.chmodSync(dotGit, 0);
    buildTree(world.real, { new: 'new\n' });
    const { status, stderr } = await world.records('stat');
    expect(status).toBe(3);
    expect(stderr).toContain('sub: permission denied');
    expect(world.recorded().get('sub')).toBe(before);
    expect([...world.recorded().keys()], 'all else is recorded').toContain('new');
    fs.chmodSync(dotGit, 0o700);
  });

  test('the realdir itself as a repository with 2 GiB of packed-refs and a FIFO as HEAD of a worktree', async () => {
    const world = new HostileWorld({
      '.git/objects': null, '.git/refs/heads/main': `${A}\n`, '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/packed-refs': { sparse: 2 * GIB }, '.git/worktrees/w/HEAD': { fifo: true }, f: '',
    });
    await world.recordsAll();
    expect(world.recorded().get('.nogtree')).toContain(`git: "${A}"\n`);
    expect(world.recorded().get('.nogtree')).toContain('git_others: 1\n');
  });
});

test('nothing that a repository names is run, by any command', async () => {
  const world = new HostileWorld({ 'README.md': 'x\n', '.gitattributes': '* filter=evil diff=evil merge=evil text\n' });
  const marker = path.join(world.top, 'was-run');
  const script = path.join(world.top, 'evil.sh');
  fs.writeFileSync(script, `#!/bin/sh\ntouch ${marker}\ncat\n`, { mode: 0o755 });
  for (const dir of [world.real, path.join(world.real, 'sub')]) {
    git(['init', '-q', dir], world.top);
    git(['-C', dir, 'commit', '-q', '--allow-empty', '-m', 'first'], world.top);
    const settings = {
      'core.fsmonitor': script,
      'core.sshCommand': script,
      'core.hooksPath': path.dirname(script),
      'core.pager': script,
      'core.editor': script,
      'core.askPass': script,
      'core.gitProxy': script,
      'core.alternateRefsCommand': script,
      'credential.helper': `!${script}`,
      'diff.external': script,
      'filter.evil.clean': script,
      'filter.evil.smudge': script,
      'filter.evil.process': script,
      'filter.evil.required': 'true',
      'diff.evil.textconv': script,
      'merge.evil.driver': script,
      'gpg.program': script,
      'uploadpack.packObjectsHook': script,
      'alias.log': `!${script}`,
    };
    for (const [key, value] of Object.entries(settings)) fs.appendFileSync(path.join(dir, '.git/config'), sectionOf(key, value));
    for (const hook of ['pre-commit', 'post-commit', 'reference-transaction', 'post-index-change', 'fsmonitor-watchman', 'pre-auto-gc']) {
      fs.mkdirSync(path.join(dir, '.git/hooks'), { recursive: true });
      fs.copyFileSync(script, path.join(dir, '.git/hooks', hook));
    }
  }
  spawnSync('git', ['add', 'README.md'], { cwd: world.real, env: cleanEnvironment() });
  expect(fs.existsSync(marker), 'the trap works: Git falls into it').toBe(true);
  fs.rmSync(marker);
  await world.recordsAll();
  for (const command of [
    ['status'],
    ['stat', '--recheck'],
    ['reinit', '--bundle-subdirs'],
    ['stat'],
    ['sha'],
    ['sot'],
    ['tos'],
    ['ls'],
    ['check'],
    ['apply-stub'],
  ]) {
    const { stderr } = await world.fso(...command);
    expect(stderr).not.toContain('unexpected error');
    expect(fs.existsSync(marker), `after git-fso ${command.join(' ')}`).toBe(false);
  }
});

function sectionOf(key: string, value: string): string {
  const [section = '', ...rest] = key.split('.');
  const name = rest.pop() ?? '';
  return `[${section}${rest.length > 0 ? ` "${rest.join('.')}"` : ''}]\n\t${name} = ${JSON.stringify(value)}\n`;
}
