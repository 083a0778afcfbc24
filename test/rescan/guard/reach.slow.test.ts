import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fsoCommand, git } from '../../harness/index.js';
import { canTrace } from '../../harness/opens.js';
import { startLoop, swapBody } from '../../hostile/swapper.js';
import { makeSite } from '../site.js';
import type { TestSite } from '../site.js';

const SECRET = 'nobody-may-know-this';
const ID = '5ec2e7'.repeat(6) + '5ec2';
const FACETS = '    facets: [stat, sha, content]\n';
const isRoot = process.geteuid?.() === 0;

/** A closed directory beside the root. */
function victimOf({ top }: TestSite): string {
  return buildTree(path.join(top, 'victim'), {
    [`${SECRET}.txt`]: '', 'README.md': SECRET, [`p/${SECRET}`]: '', 'p/README.md': SECRET,
    'repo/.git/objects': null, 'repo/.git/refs/heads/main': `${ID}\n`, 'repo/.git/HEAD': 'ref: refs/heads/main\n',
  });
}

/** All that the shadow repos of a site hold. */
function stored(site: TestSite): string {
  const objects = [...site.repos().values()].map((repo) => git(['cat-file', '--batch', '--batch-all-objects', '--buffer'], repo));
  return objects.join('\n');
}

describe('a realdir that became a symbolic link', () => {
  test.each([
    ['itself', 'a', '    patterns: [superrepo ., repo *]\n'],
    ['above it, below the root', 'deep', '    patterns: [enter ., enter deep, repo deep/*, repo *]\n'],
  ])('%s: an error of that repo, and nothing of what it leads to is seen', (_, swapped, patterns) => {
    const site = makeSite({ 'a/own': '', 'a/README.md': 'own', 'deep/p/own': '', 'other/file': '' }, patterns + FACETS);
    const victim = victimOf(site);
    expect(site.rescan().status).toBe(0);
    const at = path.join(site.project, swapped);
    fs.renameSync(at, path.join(site.project, '.old'));
    fs.symlinkSync(victim, at);
    fs.writeFileSync(path.join(site.project, 'other/new'), '');
    const { status, stderr, stdout } = site.rescan();
    expect(status).toBe(1);
    expect(stderr + stdout).toContain('became a symbolic link');
    expect(stored(site)).not.toContain(SECRET);
    const other = site.repos().get('other') ?? '';
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], other)).toContain('new');
    // Each way to the realdir, also by a single command.
    const repo = site.repos().get(swapped === 'a' ? 'a' : 'deep/p') ?? '';
    const env = cleanEnvironment({ GIT_FSO_CONFIG: site.config });
    const [command, ...leading] = fsoCommand();
    for (const args of [
      ['stat'],
      ['stat', '--mtime-range-only'],
      ['sha'],
      ['content'],
      ['archive'],
      ['status'],
      ['stub', 'ignore', '--dry-run', 'x'],
      ['stub', 'bundle', '--dry-run', '/*/'],
    ]) {
      const log = path.join(site.top, 'trace');
      const traced = canTrace() ? ['strace', '-f', '-qq', '-e', 'trace=file', '-o', log, command] : [command];
      const [first = command, ...rest] = [...traced, ...leading, ...args];
      const result = spawnSync(first, rest, { cwd: repo, env, encoding: 'utf8' });
      expect(`${args.join(' ')}: ${result.stderr}`).toContain('became a symbolic link');
      expect(result.status).toBe(1);
      if (canTrace()) expect(fs.readFileSync(log, 'utf8'), args.join(' ')).not.toContain(victim);
    }
    expect(stored(site)).not.toContain(SECRET);
  });

  test('again and again while rescans run: nothing of what it leads to is ever recorded', async () => {
    const tree = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`deep/p/d${n}/own`, '']));
    const site = makeSite({ ...tree, 'deep/p/README.md': 'own' }, `    patterns: [enter ., enter deep, repo deep/*]\n${FACETS}`);
    const victim = victimOf(site);
    expect(site.rescan().status).toBe(0);
    const [deep, p] = [path.join(site.project, 'deep'), path.join(site.project, 'deep/p')];
    fs.symlinkSync(victim, path.join(site.project, '.victim'));
    fs.symlinkSync(victim, path.join(deep, '.victim'));
    const loop = await startLoop(swapBody(p, path.join(deep, '.victim')) + swapBody(deep, path.join(site.project, '.victim')));
    for (let round = 0; round < 6; round += 1) {
      fs.appendFileSync(path.join(site.top, 'touched'), '');
      site.rescan(...(round % 2 === 0 ? [] : ['--facets', 'stat,sha,content']));
    }
    await loop.end();
    expect(stored(site)).not.toContain(SECRET);
  });
});

describe('a pointer from one directory to a repository in another one', () => {
  const run = (pointer: (site: TestSite) => string, owner = 0) => {
    const site = makeSite({ 'a/sub/file': '', b: null }, '    patterns: [enter ., repo *]\n');
    victimOf(site);
    buildTree(site.project, {
      'b/repo/.git/objects': null,
      'b/repo/.git/refs/heads/main': `${ID}\n`,
      'b/repo/.git/HEAD': 'ref: refs/heads/main\n',
    });
    fs.chmodSync(path.join(site.project, 'b'), 0o700);
    fs.writeFileSync(path.join(site.project, 'a/sub/.git'), `gitdir: ${pointer(site)}\n`);
    fs.chownSync(path.join(site.project, 'a/sub/.git'), owner, owner);
    const { status, stderr } = site.rescan('--facets', 'stat');
    const repo = site.repos().get('a') ?? '';
    return {
      status,
      warning: stderr
        .split('\n')
        .filter((line) => line.includes('warning'))
        .join('\n')
        .replaceAll(site.top, ''),
      record: git(['show', 'master-stat:sub'], repo),
    };
  };

  test('out of the root: no id, and not even whether it exists', () => {
    const there = run(({ top }) => path.join(top, 'victim/repo/.git'));
    const absent = run(({ top }) => path.join(top, 'victim/none/.git'));
    expect(there.status).toBe(0);
    expect(there.warning).toContain('leads out of the realdir');
    expect(there.record).not.toContain(ID);
    expect(absent.warning).toBe(there.warning);
    expect(absent.record.replace(/mtime: \d+/, '')).toBe(there.record.replace(/mtime: \d+/, ''));
  });

  test('to another directory of the root: only what belongs to the owner of the pointer', ({ skip }) => {
    skip(!isRoot, 'only root can give files to others');
    expect(run(({ project }) => path.join(project, 'b/repo/.git')).record).toContain(`submodule: "${ID}"`);
    const there = run(({ project }) => path.join(project, 'b/repo/.git'), 65534);
    const absent = run(({ project }) => path.join(project, 'b/none/.git'), 65534);
    expect(there.record).not.toContain(ID);
    expect(there.warning).toContain('leads out of the realdir');
    expect(absent.warning).toBe(there.warning);
  });
});
