import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TreeSpec } from '../harness/index.js';
import { HostileWorld } from './hostile-world.js';

const MIB = 2 ** 20;

/** Names on which a pattern that backtracks takes for ever. */
const LONG = `${'a'.repeat(200)}b`;
const DEEP = Array.from({ length: 12 }, () => 'a'.repeat(15)).join('/');

describe('ignore files that are none', () => {
  test.concurrent.each<[string, TreeSpec]>([
    ['a FIFO', { '.gitignore': { fifo: true }, 'sub/.gitignore': { fifo: true } }],
    ['a directory', { '.gitignore': null, 'sub/.gitignore/f': '*' }],
    ['a circle', { '.gitignore': { symlink: '.gitignore' } }],
    ['a device', { '.gitignore': { symlink: '/dev/zero' }, 'sub/.gitignore': { symlink: '/dev/random' } }],
    ['a link to rules elsewhere, which Git does not follow', { '.gitignore': { symlink: 'rules' }, rules: '*\n' }],
    ['2 GiB of NUL', { '.gitignore': { sparse: 2048 * MIB } }],
  ])('%s: nothing is ignored', async (_, spec) => {
    const world = new HostileWorld({ f: '', 'sub/g': '', ...spec });
    await world.recordsAll();
    expect([...world.recorded().keys()]).toEqual(expect.arrayContaining(['f', 'sub/g']));
  });
});

test('a .gitignore of 100 MB: what fits the limit counts, and a warning says so', async () => {
  const line = `${'x'.repeat(98)}\n`;
  const world = new HostileWorld({ '.gitignore': `*.tmp\n${line.repeat(1_010_000)}`, f: '', 'g.tmp': '' });
  await world.init();
  const { stderr } = await world.records('stat');
  expect(stderr).toContain('warning: .gitignore: only the first');
  expect([...world.recorded().keys()]).toEqual(['.nogtree', 'f']);
});

test('300,000 rules', async () => {
  const rules = Array.from({ length: 300_000 }, (_, i) => `name-${i}\n`).join('');
  const world = new HostileWorld({ '.gitignore': rules, 'name-299999': '', 'name-300000': '', 'sub/name-0': '' });
  await world.init();
  await world.records('stat');
  expect([...world.recorded().keys()]).toEqual(['.nogtree', 'name-300000']);
});

test('the same 100,000 rules in each of 40 directories in one another: what fits the limit counts', async () => {
  const rules = Array.from({ length: 100_000 }, (_, i) => `n-${i}\n`).join('');
  const world = new HostileWorld({ '.gitignore': rules, 'n-99999': '' }, { heap: 300 });
  let directory = world.real;
  for (let depth = 1; depth < 40; depth += 1) {
    directory = path.join(directory, 'd');
    fs.mkdirSync(directory);
    fs.linkSync(path.join(world.real, '.gitignore'), path.join(directory, '.gitignore'));
    fs.writeFileSync(path.join(directory, 'n-99998'), '');
  }
  fs.writeFileSync(path.join(directory, 'f'), '');
  await world.init();
  const { stderr } = await world.records('stat');
  expect(stderr).toMatch(/warning: d\/d\/d\/d\/.gitignore: only the first 0 bytes/);
  expect([...world.recorded().keys()].filter((name) => !name.endsWith('.nogtree'))).toEqual([
    path.relative(world.real, path.join(directory, 'f')),
  ]);
});

describe('patterns that take exponential time in a matcher that backtracks', () => {
  test.concurrent.each<[string, string]>([
    ['stars in a name', `${'a*'.repeat(60)}c`],
    ['stars in a path', `/${'*a*'.repeat(60)}/c`],
    ['stars across directories', `${'**/a*/'.repeat(20)}c`],
    ['double stars alone', `${'**/'.repeat(60)}c`],
    ['question marks and stars', `${'?*'.repeat(80)}c`],
    ['classes', `${'[a-z]*'.repeat(60)}c`],
    ['negated classes', `${'[!b]*'.repeat(60)}[!b]`],
    ['a class that is open', '['.repeat(5000)],
    ['stars without end', `${'*'.repeat(100_000)}c`],
    ['backslashes', `${'\\a*'.repeat(60)}c`],
  ])('%s', async (_, pattern) => {
    const spec: TreeSpec = { [LONG]: '', [`${DEEP}/${LONG}`]: '', '.gitignore': `${pattern}\n${pattern}/\n!${pattern}\n`.repeat(10) };
    const world = new HostileWorld(spec);
    await world.init();
    await world.records('stat');
    expect([...world.recorded().keys()]).toEqual(expect.arrayContaining([LONG, `${DEEP}/${LONG}`]));
  });
});

test('patterns of the same kind in the stub select nogbundles in bounded time', async () => {
  const world = new HostileWorld({ [`${DEEP}/f`]: '' });
  await world.init();
  const pattern = `${'*a*'.repeat(60)}c`;
  fs.writeFileSync(path.join(world.shadow, '.nogbundles'), `${pattern}\n**\n${'**/*a'.repeat(30)}c\n`);
  fs.writeFileSync(path.join(world.shadow, '.gitattributes'), `${pattern} nogbundle\n${'**/a*/'.repeat(20)} nogbundle\n`);
  const { stderr } = await world.fso('apply-stub');
  expect(stderr).toBe('');
  await world.records('stat');
  expect([...world.recorded().keys()]).toContain(`${DEEP}/f`);
});

describe('attributes that content is converted by', () => {
  test.concurrent.each<[string, TreeSpec]>([
    ['a FIFO', { '.gitattributes': { fifo: true } }],
    ['a device', { '.gitattributes': { symlink: '/dev/zero' } }],
    ['2 GiB', { '.gitattributes': { sparse: 2048 * MIB } }],
    ['patterns that backtrack', { '.gitattributes': `${'a*'.repeat(60)}c text\n**/${'[A-Z]*'.repeat(60)}c text\n` }],
    ['an encoding that nobody knows', { '.gitattributes': 'README.md working-tree-encoding=NO-SUCH-\x1b[31mTHING\n' }],
  ])('%s', async (_, spec) => {
    const world = new HostileWorld({ 'README.md': 'read\n', ...spec });
    await world.init();
    const { stderr } = await world.records('content');
    expect(stderr).not.toContain('\x1b');
    if (!('2 GiB' === _)) expect(world.recorded('content').get('README.md') ?? stderr).toMatch(/^read\n$|encoding/);
  });
});
