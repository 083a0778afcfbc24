import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { oidToHex } from '../../src/git/objects/object-id.js';
import { ObjectWriter } from '../../src/git/objects/object-writer.js';
import { FileMode } from '../../src/git/trees/tree-codec.js';
import { bytesOfText } from '../../src/util/byte-string.js';
import type { FsoResult } from '../harness/index.js';
import { fso, git, tempDir } from '../harness/index.js';

/** More than any stack, or any path, has room for. */
const LEVELS = 100_000;

/** What a stranger has given to an administrator: its tree is 100,000 directories in one another. */
let given: string;
let commit: string;
let shadow: string;

/** A commit of as many directories in one another, with a record in each. */
function commitDeepTree(repo: string): string {
  const objects = ObjectWriter.open(bytesOfText(path.join(repo, '.git')));
  const record = { name: 'f', mode: FileMode.file, oid: objects.writeBlob('size: 1\nmtime: 1\n') };
  let tree = objects.writeTree([record]);
  for (let level = 0; level < LEVELS; level += 1) tree = objects.writeTree([{ name: 'd', mode: FileMode.directory, oid: tree }, record]);
  objects.finish().release();
  return git(['commit-tree', '-m', 'deep', oidToHex(tree)], repo);
}

beforeAll(() => {
  const top = tempDir();
  fs.mkdirSync(path.join(top, 'real'));
  fs.writeFileSync(path.join(top, 'real/f'), 'f');
  given = path.join(top, 'given');
  fs.mkdirSync(given);
  for (const args of [['init', '--observe', path.join(top, 'real')], ['stat'], ['sha'], ['sot'], ['meta', 'set', '.', 'a=b']])
    expect(fso(args, { cwd: given }).status).toBe(0);
  commit = commitDeepTree(given);
}, 120_000);

beforeEach(() => {
  shadow = path.join(tempDir(), 'shadow');
  fs.cpSync(given, shadow, { recursive: true, preserveTimestamps: true });
});

const run = (...args: string[]): FsoResult => fso(args, { cwd: shadow, env: { EDITOR: 'true' } });

/** Expects that a command does what it is for, or says what is wrong and what to do. */
function worksOrSays(...args: string[]): void {
  const { status, stdout, stderr } = run(...args);
  const said = `${args.join(' ')}: ${status} ${stdout.slice(-300)} ${stderr.slice(0, 600)}`;
  expect([0, 1], said).toContain(status);
  expect(stderr, said).not.toMatch(/RangeError|unexpected error|heap|SIG/);
  if (status === 0) return;
  expect(`${stdout}${stderr}`, said).toMatch(/is recorded deeper than 2100 directories|run `git-fso check`/);
}

describe('a tree that is recorded 100,000 directories deep', () => {
  test.each([
    [
      'stat',
      [
        ['status'],
        ['stat'],
        ['tos'],
        ['ls'],
        ['show', 'f'],
        ['summary'],
        ['stub', 'ignore', 'x'],
        ['reinit', '--ignore-most'],
        ['handback', '--force'],
      ],
    ],
    ['sha', [['sha'], ['sot'], ['tos'], ['reinit', '--ignore-most'], ['handback', '--force']]],
    ['content', [['content'], ['tos'], ['apply-stub'], ['reinit', '--ignore-most']]],
    [
      'meta',
      [
        ['meta', 'ls'],
        ['meta', 'set', 'd/d/', 'a=b'],
        ['meta', 'get', 'd/d/'],
      ],
    ],
    ['stub', [['stub', 'show'], ['stub', 'ignore', 'x'], ['stub', 'edit'], ['apply-stub'], ['stat'], ['reinit', '--enter-subdirs']]],
  ])(
    'on master-%s: each command that reads or writes works, or names the way out',
    (facet, commands) => {
      const branch = `refs/heads/master-${facet}`;
      // The stub is merged into the others only if it goes on from what they have.
      git(
        ['update-ref', branch, facet === 'stub' ? git(['commit-tree', '-p', branch, '-m', 'deep', `${commit}^{tree}`], shadow) : commit],
        shadow,
      );
      for (const args of commands) worksOrSays(...args);
    },
    120_000,
  );

  test('is what check finds, and leaves as it is', () => {
    git(['update-ref', 'refs/heads/master-stat', commit], shadow);
    const { status, stdout, stderr } = run('check');
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^error: master-stat:d\/d\/.*: is recorded deeper than 2100 directories\n {2}git-fso has not recorded that: .*git update-ref$/m,
    );
    expect(git(['rev-parse', 'master-stat'], shadow)).toBe(commit);
  }, 180_000);

  test('what was hashed, if it is that deep, is forgotten by check --repair', () => {
    git(['update-ref', 'refs/fso/sha-seen', `${commit}^{tree}`], shadow);
    expect(run('check', '--repair').stdout).toContain('repaired: ');
    expect(run('sha').status).toBe(0);
  }, 120_000);
});

describe('a realdir that is deeper than Git allows', () => {
  const real = path.join(tempDir(), 'real');
  beforeAll(() => {
    fs.mkdirSync(real);
    const script = `process.chdir(${JSON.stringify(real)}); for (let i = 0; i < 2300; i += 1) { require('fs').writeFileSync('f', ` +
      `''); require('fs').mkdirSync('d'); process.chdir('d'); }`;
    expect(spawnSync(process.execPath, ['-e', script]).status).toBe(0);
  });
  // Node cannot remove what has a path longer than PATH_MAX.
  afterAll(() => spawnSync('rm', ['-rf', real]));

  test('all commands work on what is recorded of it', () => {
    const here = path.join(tempDir(), 'here');
    fs.mkdirSync(here);
    const works = (...args: string[]): void => {
      const { status, stderr } = fso(args, { cwd: here, env: { EDITOR: 'true' } });
      expect([args.join(' '), status, stderr.includes('unexpected error')]).toEqual([args.join(' '), 0, false]);
    };
    works('init', '--observe', real);
    for (const args of [['stat'], ['sha'], ['content'], ['tos'], ['status'], ['ls'], ['summary'], ['stub', 'ignore', '/x']]) works(...args);
    for (const args of [
      ['handback', '--force'],
      ['check'],
      ['stat', '--recheck'],
      ['meta', 'set', 'd/d/', 'a=b'],
      ['meta', 'ls'],
      ['reinit', '--ignore-most'],
    ])
      works(...args);
  }, 180_000);
});
