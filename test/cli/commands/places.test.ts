import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoCommand, runProcess, tempDir } from '../../harness/index.js';

let base: string;
let config: string;
let shadowOfA: string;

const inDirectory = (cwd: string, ...args: string[]): ReturnType<typeof fso> => fso(args, { cwd, env: { GIT_FSO_CONFIG: config } });

beforeAll(() => {
  base = tempDir();
  buildTree(path.join(base, 'mnt'), { 'a/d/f': 'one', 'a/sub/g': 'two', 'b/f': 'three', 'none/.keep': '' });
  fs.symlinkSync('mnt', path.join(base, 'link'));
  config = path.join(base, 'config.yml');
  const patterns = 'superrepo a|repo a/sub|repo b|enter .'.split('|').map((line) => `      ${line}\n`).join('');
  fs.writeFileSync(config, `shadow: ${base}/shadow\nroots:\n  - path: ${base}/link\n    patterns: |\n${patterns}`);
  expect(inDirectory(base, 'rescan')).toMatchObject({ status: 0 });
  const mirror = path.join(base, 'shadow', base, 'link/a');
  shadowOfA = path.join(mirror, fs.readdirSync(mirror).find((name) => name.endsWith('.fso'))!);
});

test('a realdir, and what is below it, stands for the innermost repo that records it', () => {
  const list = (...args: string[]): string[] =>
    inDirectory(base, ...args, 'ls', '-z').stdout.split('\0').map((row) => row.split('\t')[1] ?? '');
  expect(list('-C', 'link/b')).toContain('f');
  expect(list('-C', 'link/a/d')).toEqual(list('-C', shadowOfA));
  expect(list('-C', 'link/a/sub')).toContain('g');
  // The root is a link: what it leads to is the same place.
  expect(list('-C', 'mnt/a/d')).toEqual(list('-C', shadowOfA));
  expect(inDirectory(path.join(base, 'mnt/a/d'), 'show', 'f').stdout).toContain('size: 3');
  expect(inDirectory(path.join(base, 'mnt/a/d'), 'show', '../d/f').stdout).toContain('size: 3');
  expect(inDirectory(base, '-C', 'link/a/d', 'stat')).toMatchObject({ status: 0, stdout: expect.stringContaining('no changes') });
});

test('the directory above a shadow repo stands for it, unless there are several', () => {
  const mirror = path.dirname(shadowOfA);
  expect(inDirectory(mirror, 'summary').stdout).toBe(inDirectory(shadowOfA, 'summary').stdout);
  const copy = path.join(mirror, '11111111-1111-4111-8111-111111111111.fso');
  fs.cpSync(shadowOfA, copy, { recursive: true });
  try {
    const { status, stderr } = inDirectory(mirror, 'summary');
    expect(status).toBe(2);
    for (const each of [copy, shadowOfA]) expect(stderr).toContain(each);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});

test('a directory that nobody covers is an error', () => {
  const { status, stderr } = inDirectory(path.join(base, 'mnt/none'), 'ls');
  expect(status).toBe(2);
  expect(stderr).toContain(`${base}/link/none: no shadow repo covers it\n`);
});

test('operands are bytes', async () => {
  const name = Buffer.from('n\xff', 'latin1');
  const realdir = path.join(base, 'mnt/b');
  fs.writeFileSync(Buffer.concat([Buffer.from(`${realdir}/`), name]), 'bytes');
  expect(inDirectory(realdir, 'stat')).toMatchObject({ status: 0 });
  const [command, ...leading] = fsoCommand();
  const script = `exec "$@" show "$(printf 'n\\377')"`;
  const shown = await runProcess('/bin/sh', ['-c', script, 'sh', command, ...leading], {
    cwd: realdir,
    env: cleanEnvironment({ GIT_FSO_CONFIG: config }),
    timeout: 60_000,
  });
  expect(shown.stdout.toString()).toContain('size: 5');
});

test('help of a command is its own help', () => {
  const help = inDirectory(base, 'help', 'show');
  expect(help).toMatchObject({ status: 0, stdout: inDirectory(base, 'show', '--help').stdout });
});

test('what was recorded at a time comes from the history: ls, show and summary', () => {
  const realdir = path.join(base, 'mnt/a/sub');
  fs.writeFileSync(path.join(realdir, 'g'), 'longer');
  fs.writeFileSync(path.join(realdir, 'h'), 'new');
  const later = { GIT_FSO_CONFIG: config, GIT_COMMITTER_DATE: '2099-01-01T00:00:00Z' };
  expect(fso(['stat'], { cwd: realdir, env: later })).toMatchObject({ status: 0 });
  const at = ['--at', 'now'];
  expect(inDirectory(realdir, 'show', 'g').stdout).toContain('size: 6');
  expect(inDirectory(realdir, 'show', ...at, 'g').stdout).toContain('size: 3');
  expect(inDirectory(realdir, 'show', ...at, 'h').stderr).toContain('h: not recorded then');
  expect(inDirectory(realdir, 'summary').stdout).toContain('numFiles: 2');
  expect(inDirectory(realdir, 'summary', ...at).stdout).toContain('numFiles: 1');
  expect(inDirectory(realdir, 'ls', ...at).stdout).not.toContain('\th');
  expect(inDirectory(realdir, 'ls', '--at', '2001-01-01')).toMatchObject({ status: 1, stderr: expect.stringContaining('records begin') });
});
