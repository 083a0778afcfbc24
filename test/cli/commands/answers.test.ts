import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoCommand, tempDir } from '../../harness/index.js';

const OLD = { mtime: 1_500_000_000 };

let base: string;
const at = (file: string): string => path.join(base, 'p', file);

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = base): ReturnType<typeof fso> {
  return fso(args, { cwd, env: { GIT_FSO_CONFIG: `${base}/c.yml`, ...env } });
}

function said(...args: readonly string[]): string[] {
  const { status, stdout, stderr } = run(args);
  expect(status, stderr).toBe(0);
  return stdout.replaceAll(`${base}/p/`, '').trimEnd().split('\n');
}

function rescanOn(date: string): void {
  expect(run(['rescan'], { GIT_COMMITTER_DATE: `${date}T12:00:00Z` })).toMatchObject({ status: 0 });
}

beforeAll(() => {
  base = tempDir();
  const raw = Object.fromEntries(['1', '2', '3'].map((name) => [`a/raw/${name}`, { file: `content ${name}`, ...OLD }]));
  const others = { 'a/kept': { file: 'kept', ...OLD }, 'a/loose': { file: 'loose', ...OLD }, 'b/x': { file: 'x', ...OLD } };
  buildTree(path.join(base, 'p'), { ...raw, ...others });
  fs.writeFileSync(path.join(base, 'c.yml'), `shadow: ${base}/shadow\nroots:\n  - path: ${base}/p\n    facets: [stat, sha]\n`);
  rescanOn('2001-01-01');
  fs.renameSync(at('a/raw'), at('b/archive'));
  fs.renameSync(at('a/loose'), at('b/tight'));
  fs.writeFileSync(at('a/kept'), 'kept longer');
  rescanOn('2001-01-03');
  buildTree(path.join(base, 'p'), { 'c/new': { file: 'newly seen', ...OLD } });
  fs.rmSync(at('b/x'));
  rescanOn('2001-01-05');
});

test('diff: a directory that moved to another repo is one line, first observations are apart', () => {
  const lines = said('diff', '--since', '2001-01-02').filter((line) => !line.endsWith('(all of it)'));
  expect(lines.map((line) => line.trim().replaceAll(/ {2,}/g, ' '))).toEqual([
    'M 4 B → 11 B a/kept',
    'R 5 B a/loose → b/tight',
    'D 1 B b/x',
    'moved 3 files, 27 B: a/raw → b/archive',
    'newly observed 1 file, 10 B: c',
    '1 modified (+7 B), 1 deleted (-1 B), 4 moved (32 B), 1 newly observed (10 B)',
  ]);
});

test('diff: times, paths, totals by directory, and without moves', () => {
  expect(said('diff', '--since', '2001-01-02', '--until', '2001-01-04', '--stat')).toEqual([
    'a: 1 modified (+7 B)',
    'b: 1 moved (5 B)',
    'b/archive: 3 moved (27 B)',
    '1 modified (+7 B), 4 moved (32 B)',
  ]);
  expect(said('diff', '--since', '2001-01-02', '--stat', '--no-moves', at('a')).at(-1)).toBe('1 modified (+7 B), 4 deleted (-32 B)');
  expect(said('diff', '--since', '2001-01-06')).toEqual(['no changes']);
  expect(said('-C', 'p/b', 'diff', '--since', '2001-01-04')).toContainEqual(expect.stringMatching(/^D .* b\/x$/));
});

test('log: the states of a file, and where it came from and went', () => {
  const states = said('log', at('a/kept'));
  expect(states.map((line) => line.slice(0, 10))).toEqual(['2001-01-03', '2001-01-01']);
  expect(states[0]).toMatch(/ M +4 B → 11 B {2}a\/kept {2}\(mtime .*, sha256 [0-9a-f]{12}\)$/);
  expect(states[1]).toContain('first record');
  const moved = / R +5 B {2}a\/loose → b\/tight /;
  expect(said('log', at('b/tight'))[0]).toMatch(moved);
  expect(said('log', at('a/loose'))[0]).toMatch(moved);
  expect(said('log', '--no-moves', at('b/tight'))[0]).toMatch(/ A +5 B {2}b\/tight /);
  expect(said('log', '-n', '1', at('a/kept'))).toHaveLength(1);
  expect(said('log', '--since', '2001-01-04', at('b')).map((line) => line.slice(26, 27))).toEqual(['M', 'D']);
});

test('wrong questions are errors that say what is right', () => {
  const failed = (...args: readonly string[]) => {
    const { status, stderr } = run(args);
    return `${status} ${stderr.replaceAll(`${base}/p/`, '')}`;
  };
  expect(failed('diff', '--since', '2000-01-01')).toMatch(/^1 .*all repos: nothing is recorded at 2000-01-01.*; records begin 2001-01-01T/);
  expect(failed('log', '--until', '2000-01-01', at('a'))).toMatch(/^1 .*the repo: nothing is recorded at .*; records begin 2001-01-01T/);
  expect(failed('diff', '--since', 'no such day')).toMatch(/^2 .*"no such day" is not a date/);
  expect(failed('diff', '--since', '2001-01-05', '--until', '2001-01-03')).toMatch(/^2 .*the later time is before the earlier one/);
  expect(failed('diff')).toMatch(/^2 .*--since/s);
  expect(failed('log', at('a/nothing/here'))).toMatch(/^1 .*a\/nothing\/here: was never recorded; the nearest path that was is a\n/);
  const uncovered = /^2 .*zzz\/here: no shadow repo covers it\n/;
  expect(failed('log', at('zzz/here'))).toMatch(uncovered);
  expect(failed('log', '-n', 'x')).toMatch(/^2 .*--max-count x: not a number/);
  expect(failed('log', at('bb/here'))).toMatch(/^2 .*bb\/here: no shadow repo covers it \(did you mean b\?\)\n/);
  expect(failed('log', '/elsewhere')).toMatch(/^2 .*\/elsewhere: no shadow repo covers it, nor is it in a root\n/);
});

test('one repo that cannot be read is told, and the others answer', () => {
  const mirror = path.join(base, 'shadow', at('b'));
  const shadow = path.join(mirror, fs.readdirSync(mirror).find((name) => name.endsWith('.fso'))!, '.git/refs/heads/master-stat');
  const head = fs.readFileSync(shadow);
  fs.writeFileSync(shadow, `${'1'.repeat(40)}\n`);
  try {
    const { status, stdout, stderr } = run(['diff', '--since', '2001-01-02']);
    expect(status).toBe(1);
    expect(stderr).toContain('1111111111 is missing');
    expect(stdout).toContain('a/kept');
  } finally {
    fs.writeFileSync(shadow, head);
  }
});

test('which: coverage by the innermost repo, of what is gone, too', () => {
  const rows = said('which', at('a/kept'), at('a/raw/1'), at('b/.git/config')).slice(1);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
    ['a/kept', 'file, responsible', 'a'],
    ['a/raw/1', 'none', 'a'],
    ['b/.git/config', 'ignored', 'b'],
  ]);
});

test('which: what no repo covers is an answer among others', () => {
  expect(said('which', at('a/kept'), '/elsewhere').map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
    ['path', 'recorded', 'realdir'],
    ['a/kept', 'file, responsible', 'a'],
    ['/elsewhere', 'none', '-'],
  ]);
  const nowhere = { path: '/elsewhere', realdir: null, shadow: null, coverage: 'none', responsible: false };
  expect(said('which', '--json', '/elsewhere').map((line) => JSON.parse(line))).toEqual([nowhere]);
});

test('--shadow names a shadow root without a configuration; -C keeps to one repo, with paths from there', () => {
  const shadow = path.join(base, 'shadow');
  const unconfigured = (args: readonly string[], cwd = base) => run(args, { GIT_FSO_CONFIG: `${base}/none.yml` }, cwd);
  const configured = said('diff', '--since', '2001-01-02', '--stat', at('a'));
  const { stdout, status } = unconfigured(['diff', '--shadow', shadow, '--since', '2001-01-02', '--stat', at('a')]);
  expect([status, stdout.replaceAll(`${base}/p/`, '').trimEnd().split('\n')]).toEqual([0, configured]);
  expect(said('-C', 'p/a', 'log', '-n', '1', 'kept')).toEqual(said('log', '-n', '1', at('a/kept')));
  expect(run(['-C', 'p/a', 'log', '../b/x'])).toMatchObject({ status: 2, stderr: expect.stringContaining('not in') });
  const mirror = path.join(shadow, at('a'));
  expect(unconfigured(['log', '-n', '1', 'kept'], mirror).stdout).toBe(run(['log', '-n', '1', at('a/kept')]).stdout);
});

/** What is written to a terminal; script(1) gives one. */
function onTerminal(env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const command = [...fsoCommand(), ...args].map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: base, env: cleanEnvironment({ GIT_FSO_CONFIG: `${base}/c.yml`, TERM: 'xterm', ...env }), encoding: 'utf8', input: '',
  });
  return stdout;
}

test('on a terminal there are colours and a pager, as the environment says; elsewhere neither', () => {
  const question = ['log', at('a/kept')];
  expect(onTerminal({ GIT_PAGER: 'sed "s/^/paged: /"' }, ...question)).toMatch(/^paged: 2001.*\u001b\[33mM/);
  expect(onTerminal({ PAGER: 'sed "s/^/paged: /"', NO_COLOR: '1' }, ...question)).toMatch(/^paged: 2001-[^\u001b]* M /);
  expect(onTerminal({ GIT_PAGER: 'cat', PAGER: 'false' }, ...question)).toMatch(/^2001/);
  expect(onTerminal({ GIT_PAGER: 'true' }, ...question)).toBe('');
  const { stdout } = run(question, { GIT_PAGER: 'sed "s/^/paged: /"' });
  expect(stdout).toMatch(/^2001-[^\u001b]*$/);
});
