import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ByteString } from '../../src/util/byte-string.js';
import type { TreeSpec } from '../harness/index.js';
import { cleanEnvironment, fsoCommand, readBranchTree, runProcess } from '../harness/index.js';
import { HostileWorld } from './hostile-world.js';

/** How many entries the wide directory gets; GIT_FSO_WIDE=1000000 takes some minutes. */
const WIDE = Number(process.env['GIT_FSO_WIDE'] ?? 60_000);

/** Builds directories in one another, each with what `body` says, by stepping into them: paths have a limit, depth has none. */
function buildDeep(root: string, name: string, depth: number, body: string): void {
  const script = `
    const fs = require('node:fs');
    process.chdir(${JSON.stringify(root)});
    for (let depth = 0; depth < ${depth}; depth++) { ${body}; fs.mkdirSync(${JSON.stringify(name)}); ` +
      `process.chdir(${JSON.stringify(name)}); }
    ${body};`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const linesOf = (record: string | undefined): string[] => (record ?? '').split('\n');

describe('depth', () => {
  let world: HostileWorld;
  beforeEach(() => {
    world = new HostileWorld();
  });
  // Node cannot remove what has a path longer than PATH_MAX.
  afterEach(() => void spawnSync('rm', ['-rf', world.top]));

  test('10,000 directories in one another, with files on the way back', async () => {
    buildDeep(world.real, 'd', 10_000, "fs.writeFileSync('a', ''); fs.writeFileSync('z', '')");
    await world.init();
    const { stderr } = await world.records('stat');
    expect(stderr).toContain("deeper than Git's limit of 2048 directories");
    // Each file counts, although what is deeper than Git allows has one record for all.
    expect(linesOf(world.recorded().get('.nogtree'))).toEqual(expect.arrayContaining(['dirs: 10001', 'files: 20002']));
    const deepest = [...world.recorded().keys()].reduce((a, b) => (a.length > b.length ? a : b));
    expect(deepest.split('/').length).toBeLessThanOrEqual(2050);
    expect((await world.records('stat', '--mtime-range')).stdout).toBe('no changes\n');
    await world.records('sha');
    await world.records('status');
  });

  test('paths longer than PATH_MAX', async () => {
    buildDeep(world.real, 'n'.repeat(250), 40, "fs.writeFileSync('f', 'content')");
    await world.recordsAll(['stat', 'sha', 'content']);
    const files = [...world.recorded('sha').keys()].filter((name) => name.endsWith('/f'));
    const deepest = files.reduce((a, b) => (a.length > b.length ? a : b));
    expect(deepest.length).toBeGreaterThan(10_000);
    expect(world.recorded('sha').get(deepest)).toContain('sha1: "040f06fd774092478d450774f5ba30c5da78acc8"');
  });
});

test(`${WIDE} entries in one directory`, async () => {
  const world = new HostileWorld();
  for (let i = 0; i < WIDE; i++) fs.writeFileSync(path.join(world.real, `entry-${i}`), '');
  await world.init();
  expect((await world.records('stat')).stdout).toContain(`${WIDE + 1} added`);
  expect((await world.records('stat')).stdout).toBe('no changes\n');
}, 60_000 + WIDE / 2);

test('more new files in one directory than can be open at a time are all hashed', async () => {
  const world = new HostileWorld();
  for (let i = 0; i < 3000; i++) fs.writeFileSync(path.join(world.real, `entry-${i}`), '');
  await world.init();
  const { stdout, stderr } = await world.records('sha');
  expect(stderr).toBe('');
  expect(stdout).toContain('3000 added');
});

describe('names', () => {
  const everyByte = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).filter((byte) => byte !== '/' && byte !== '.');

  test('every single byte, as a file and as a directory', async () => {
    const spec: Record<ByteString, string> = {};
    for (const byte of everyByte) Object.assign(spec, { [byte]: 'x', [`d${byte}/${byte}f`]: 'x' });
    const world = new HostileWorld(spec);
    await world.recordsAll(['stat', 'sha', 'content']);
    for (const facet of ['stat', 'sha']) {
      const paths = new Set(readBranchTree(world.shadow, `master-${facet}`).keys());
      expect(Object.keys(spec).filter((name) => !paths.has(name))).toEqual([]);
    }
  });

  test.each<[string, ByteString]>([
    ['escape sequences', '\x1b]0;owned\x07\x1b[2J\x1b[31mred'],
    ['a newline, and what looks like a record', 'a\nsubmodule: "0000"\nb'],
    ['a carriage return', 'invoice.pdf\rREADME.md'],
    ['only blanks', '   '],
    ['255 bytes that are no text', '\xff'.repeat(255)],
    ['255 bytes of text', '\xf0\x9f\x92\xa9'.repeat(63)],
    ['half a character', '\xc3'],
    ['what Git has a meaning for', '.GIT'],
    ['the short name of .git', 'git~1'],
    ['.git with an invisible character', '.g\xe2\x80\x8cit'],
    ['an option', '--upload-pack=touch'],
    ['magic', ':(exclude)*'],
    ['right to left', '\xe2\x80\xae\x66dp.exe'],
  ])('%s', async (_, name) => {
    const spec: TreeSpec = {
      [name]: 'x',
      [`in/${name}/f`]: 'x',
      [`repo/${name}/.git/HEAD`]: 'ref: refs/heads/x\n',
      [`repo/${name}/.git/objects`]: null,
      [`repo/${name}/.git/refs`]: null,
    };
    const world = new HostileWorld(spec);
    const { stderr } = await world.recordsAll();
    expect([...readBranchTree(world.shadow, 'master-stat').keys()]).toEqual(expect.arrayContaining([name, `in/${name}/f`, `repo/${name}`]));
    // The warning about the repository without a commit names the path on one line that cannot talk to a terminal.
    expect(stderr).toMatch(/^warning: repo\/.*: repository without a commit: recorded as a summary\n$/);
    // eslint-disable-next-line no-control-regex
    expect(stderr.trimEnd()).not.toMatch(/[\x00-\x1f\x7f\u202e]/);
  });

  test('status names a path harmlessly, on a terminal and elsewhere, and as it is with -z', async ({ skip }) => {
    skip(spawnSync('script', ['--version']).error !== undefined, 'script(1), which makes terminals, is missing');
    const name = '\x1b[31mred\x07\nnew line';
    const world = new HostileWorld({ [name]: 'x' });
    await world.init();
    expect((await world.fso('status', '-z')).stdout).toContain(name);
    expect((await world.fso('status')).stdout).toContain('\\x1b[31mred\\x07\\x0anew line\n');
    const command = [...fsoCommand(), 'status'].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const env = { ...cleanEnvironment(), TERM: 'xterm' };
    const onTerminal = await runProcess('script', ['-qec', command, '/dev/null'], { cwd: world.shadow, env });
    const text = onTerminal.stdout.toString().replaceAll('\r\n', '\n');
    expect(text).toContain('\\x1b[31mred\\x07\\x0anew line\n');
    // eslint-disable-next-line no-control-regex
    expect(text.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f]/);
  });
});
