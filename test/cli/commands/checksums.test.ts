import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoAsync, tempDir } from '../../harness/index.js';
import { makeSite, ONE_IN_ANOTHER } from '../../rescan/site.js';

/** Names that need escapes, or are no UTF-8. */
const ODD = {
  'd/a b': 'one', 'd/new\nline': 'two', 'd/back\\slash': 'three', 'd/cr\r': 'four',
  'd/\xff\xfe': 'five', 'd/*': 'six', 'd/-': 'seven', '-': 'eight',
};

/** Lines that end with the same character, sorted. */
const lines = (output: Buffer | string, end = '\n'): string[] => output.toString('latin1').split(end).sort();

/** Output of a program as bytes. */
function run(command: string, cwd: string, input?: Buffer): { status: number | null; stdout: Buffer; stderr: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd, input, env: cleanEnvironment() });
  return { status, stdout, stderr: stderr.toString() };
}

test('sha256sum and sha1sum write the same themselves, and check what is listed', async () => {
  const site = makeSite({ ...ODD, 'd/in/nested': 'nine', 'd/in/deep/er': 'ten' }, ONE_IN_ANOTHER);
  fs.symlinkSync('a b', path.join(site.project, 'd/link'));
  expect(site.rescan()).toMatchObject({ status: 0 });
  const asked = (...args: string[]): ReturnType<typeof fsoAsync> =>
    fsoAsync(args, { cwd: site.project, env: { GIT_FSO_CONFIG: site.config } });
  for (const program of ['sha256sum', 'sha1sum']) {
    const listed = await asked(program, '.');
    expect({ status: listed.status, stderr: listed.stderr.toString() }).toEqual({ status: 0, stderr: '' });
    expect(lines(listed.stdout)).toEqual(lines(run(`find . -type f -exec ${program} {} +`, site.project).stdout));
    expect(run(`${program} -c --strict --quiet`, site.project, listed.stdout)).toMatchObject({ status: 0, stderr: '' });
    const withNul = await asked(program, '-z', '.');
    expect(lines(withNul.stdout, '\0')).toEqual(lines(run(`find . -type f -exec ${program} -z {} +`, site.project).stdout, '\0'));
  }
});

test('paths are named as the operands are, and a file in two of them is listed once', () => {
  const site = makeSite({ 'd/a': 'a', 'd/in/b': 'b', '-': 'c' }, ONE_IN_ANOTHER);
  site.rescan();
  const env = { GIT_FSO_CONFIG: site.config };
  const named = (options: readonly string[], cwd: string, operands: readonly string[]): string[] => {
    const { stdout, stderr } = fso([...options, 'sha1sum', ...operands], { cwd, env });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n').map((line) => line.slice(42)).sort();
  };
  const names = (cwd: string, ...operands: string[]): string[] => named([], cwd, operands);
  const d = path.join(site.project, 'd');
  expect(names(d, '.')).toEqual(['./a', './in/b']);
  expect(names(d, '../d/', 'a')).toEqual(['../d/in/b', 'a']);
  expect(names(d, 'in', site.project)).toEqual([`${site.project}/-`, `${d}/a`, 'in/b']);
  // sha256sum would take a hyphen for standard input.
  expect(names(site.project, '--', '-')).toEqual(['./-']);
  expect(names(site.top)).toEqual([`${site.project}/-`, `${d}/a`, `${d}/in/b`]);
  // In a shadow repo, operands are relative to the realdir, and what is checked is not there.
  const shadow = site.repos().get('.') ?? '';
  expect(names(shadow, 'd')).toEqual([`${d}/a`, `${d}/in/b`]);
  expect(named(['-C', shadow], site.top, ['d/a'])).toEqual([`${d}/a`]);
  expect(named(['-C', d], site.top, ['a'])).toEqual(['a']);
});

test('a file that has changed within its size since it was hashed is counted, not listed', () => {
  const site = makeSite({ 'd/a': { file: 'aaa', mtime: 1000 }, 'd/b': 'b', 'd/c': { file: 'c', mtime: 1000 } }, ONE_IN_ANOTHER);
  site.rescan();
  buildTree(site.project, { 'd/a': { file: 'AAA', mtime: 2000 } });
  expect(site.rescan('--facets', 'stat')).toMatchObject({ status: 0 });
  const listed = (...args: string[]): ReturnType<typeof fso> =>
    fso(['sha256sum', ...args, 'd'], { cwd: site.project, env: { GIT_FSO_CONFIG: site.config } });
  const { status, stdout, stderr } = listed();
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\w{64} {2}d\/b\n\w{64} {2}d\/c\n$/);
  expect(stderr).toBe(
    'git-fso: 1 file has no checksum of what was recorded last: d/a\n' +
      '  run `git-fso rescan --facets stat,sha` for it, which reads what has changed since it was hashed\n',
  );
  buildTree(site.project, { 'd/b': 'more', 'd/c': { file: 'C', mtime: 2000 } });
  site.rescan('--facets', 'stat');
  expect(listed().stderr).toMatch(/^git-fso: 3 files have no checksum of what was recorded last, such as d\/a\n/);
});

test('files that are only in a sum are counted, and a place without records is named', () => {
  const settings = ONE_IN_ANOTHER.replace('enter-subdirs .', 'bundle-subdirs .').replace('      superrepo d/in\n', '');
  const site = makeSite({ a: 'a', 'd/b': 'b', 'd/c/e': 'c' }, settings);
  site.rescan();
  const { status, stdout, stderr } = fso(['sha1sum', '.', 'none'], { cwd: site.project, env: { GIT_FSO_CONFIG: site.config } });
  expect({ status, names: stdout.slice(40) }).toEqual({ status: 1, names: '  ./a\n' });
  expect(stderr).toMatch(/^git-fso: 2 files are recorded as a sum only, such as \.\/d\n {2}.*reinit.*\n/);
  expect(stderr).toContain(`git-fso: ${site.project}/none: nothing was recorded there\n`);
});

test('--at lists the checksums of then', () => {
  const realdir = buildTree(path.join(tempDir(), 'real'), { a: { file: 'old', mtime: 1000 }, gone: 'gone' });
  const cwd = path.join(realdir, '../repo');
  fs.mkdirSync(cwd);
  const at = (date: string, ...args: string[]): ReturnType<typeof fso> => fso(args, { cwd, env: { GIT_COMMITTER_DATE: date } });
  at('2020-01-01T00:00Z', 'init', '--enter-subdirs', '--observe', realdir);
  for (const facet of ['stat', 'sha']) expect(at('2020-01-02T00:00Z', facet)).toMatchObject({ status: 0 });
  fs.rmSync(path.join(realdir, 'gone'));
  buildTree(realdir, { a: { file: 'new', mtime: 2000 } });
  for (const facet of ['stat', 'sha']) expect(at('2020-01-04T00:00Z', facet)).toMatchObject({ status: 0 });
  const sumOf = (text: string): string => run('sha256sum', cwd, Buffer.from(text)).stdout.toString().slice(0, 64);
  const listed = (...args: string[]): string => fso(['sha256sum', ...args], { cwd }).stdout;
  expect(listed('--at', '2020-01-03')).toBe(`${sumOf('old')}  ${realdir}/a\n${sumOf('gone')}  ${realdir}/gone\n`);
  expect(listed()).toBe(`${sumOf('new')}  ${realdir}/a\n`);
  const early = fso(['sha256sum', '--at', '2019-01-01'], { cwd });
  expect(early).toMatchObject({ status: 1, stderr: expect.stringContaining('records begin 2020') });
});
