import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TreeSpec } from '../../harness/index.js';
import { buildTree, cleanEnvironment, fso, fsoCommand, git, tempDir } from '../../harness/index.js';
import { canTrace } from '../../harness/opens.js';

/** Longer than what counts as slow, in microseconds. */
const DELAY = 700;
const CALLS = 'newfstatat,lstat,statx';

/** Enough entries that the walk knows after the first directories how slow they are. */
function manyFiles(directory: string, count: number): TreeSpec {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${directory}/file-${i}.dat`, { sparse: i, mtime: 1_700_000_000 + i / 2 }]),
  );
}

const SPEC: TreeSpec = {
  ...manyFiles('a', 20),
  ...manyFiles('b', 300),
  ...manyFiles('b/inner', 5),
  ...manyFiles('b/inner/most', 5),
  ...manyFiles('bundle/deep', 20),
  ...manyFiles('ignored', 3),
  '.gitignore': 'ignored\n*.o\n',
  '.nogbundles': 'bundle/deep\n',
  'b/link': { symlink: 'file-1.dat' },
  'b/dangling': { symlink: '../nowhere' },
  'b/caf\xe9': 'no UTF-8',
  'b/.gitignore': '/file-7.dat\n',
  'b/module.o': 'ignored',
  'b/fifo': { fifo: true },
  'c/empty': null,
  'c/old': { sparse: 10, mtime: -1.5 },
};

/** The real directory, with a repository in it, and a shadow repo for it. */
function makeWorld(tracking: string): { readonly real: string; readonly shadow: string } {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), SPEC);
  const nested = buildTree(path.join(real, 'c/nested'), { 'README.md': 'nested\n' });
  git(['init', '-q'], nested);
  git(['add', '-A'], nested);
  git(['commit', '-qm', 'First'], nested);
  const shadow = path.join(dir, 'shadow');
  fs.mkdirSync(shadow);
  expect(fso(['init', `--${tracking}`, '--observe', real], { cwd: shadow }).status).toBe(0);
  return { real, shadow };
}

/** Runs git-fso while each call of lstat takes long; returns the lines that strace wrote. */
function runDelayed(cwd: string, ...args: readonly string[]): string[] {
  const log = path.join(tempDir(), 'calls');
  const strace = ['-f', '-qq', '-o', log, '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:delay_enter=${DELAY}`];
  const { status, stderr } = spawnSync('strace', [...strace, ...fsoCommand(), ...args], {
    cwd,
    env: cleanEnvironment(),
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect(status, stderr).toBe(0);
  return fs.readFileSync(log, 'latin1').split('\n');
}

function copyOf(shadow: string): string {
  const copy = path.join(tempDir(), 'shadow');
  fs.cpSync(shadow, copy, { recursive: true });
  return copy;
}

/** Entries that were asked for by a thread, many at a time, that is. */
const fetched = (calls: readonly string[]): string[] =>
  calls.flatMap((line) => /"\/proc\/self\/fd\/\d+\/([^"/]+)"/.exec(line)?.[1] ?? []);

describe.skipIf(!canTrace())('on a filesystem where lstat takes long (needs strace)', () => {
  test.each([
    ['enter-subdirs', ['stat'], 'master-stat'],
    ['enter-subdirs', ['sha'], 'master-sha'],
    ['bundle-subdirs', ['stat'], 'master-stat'],
    ['ignore-most', ['stat'], 'master-stat'],
  ])('%s: %s records the same as elsewhere, and entries are fetched ahead', (tracking, command, branch) => {
    const { shadow } = makeWorld(tracking);
    const slow = copyOf(shadow);
    expect(fso(command, { cwd: shadow }).status).toBe(0);
    const calls = runDelayed(slow, ...command);
    expect(git(['rev-parse', `${branch}^{tree}`], slow)).toBe(git(['rev-parse', `${branch}^{tree}`], shadow));
    expect(fetched(calls).length).toBeGreaterThan(100);
    expect(fso(command, { cwd: slow }).stdout, 'nothing is new for a run without delay').toContain('no changes');
  });

  test('what is ignored is not asked for: it may be a mount that hangs', () => {
    const { shadow } = makeWorld('enter-subdirs');
    // The toplevel summary counts everything; without it, nothing that is ignored is looked at.
    expect(fso(['stat'], { cwd: shadow }).status).toBe(0);
    const calls = runDelayed(shadow, 'stat');
    expect(fetched(calls).length).toBeGreaterThan(100);
    expect(calls.filter((line) => /[/"](?:ignored|module\.o)"/.test(line))).toEqual([]);
  });
});
