import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cleanEnvironment, fso, git, tempDir } from '../harness/index.js';
import { temporaryDirectory, useTemporaryDirectory } from '../../src/util/process/temporary-directory.js';

let top: string;
let shadow: string;
const run = (...args: string[]): { status: number | null; stderr: string; stdout: string } => fso(args, { cwd: shadow });
const write = (name: string, text: string): void => fs.writeFileSync(path.join(shadow, name), text);

beforeEach(() => {
  top = tempDir();
  shadow = path.join(top, 'x.fso');
  fs.mkdirSync(path.join(top, 'real/sub'), { recursive: true });
  fs.mkdirSync(shadow);
  expect(run('init', '--observe', path.join(top, 'real')).status).toBe(0);
  expect(run('stat').status).toBe(0);
});

describe('the work tree of a shadow repo that a stranger has made', () => {
  test('a submodule in the place of a stub file runs no filter of its configuration', () => {
    const [inner, trap] = [path.join(shadow, '.nogbundles'), path.join(top, 'trapped')];
    fs.mkdirSync(inner);
    git(['init', '-q'], inner);
    fs.writeFileSync(path.join(inner, 'f'), 'before');
    git(['add', 'f'], inner);
    git(['-c', 'user.name=a', '-c', 'user.email=a@a', 'commit', '-qm', 'a'], inner);
    fs.writeFileSync(path.join(inner, '.git/info/attributes'), '* filter=trap\n');
    git(['config', 'filter.trap.clean', `touch ${trap}; cat`], inner);
    fs.writeFileSync(path.join(inner, 'f'), 'after!');
    git(['update-index', '--add', '--cacheinfo', `160000,${git(['rev-parse', 'HEAD'], inner).trim()},.nogbundles`], shadow);
    const { status, stderr } = run('stub', 'ignore', 'sub');
    expect(fs.existsSync(trap)).toBe(false);
    expect(status).toBe(1);
    expect(stderr).toContain('.nogbundles: is not a regular file');
    expect(run('check').stdout).toContain('.nogbundles');
  });

  test.each(['.gitattributes', '.gitmodules', 'deep/.gitignore'])('a FIFO as %s does not keep anything waiting', (name) => {
    const place = path.join(shadow, name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    expect(spawnSync('mkfifo', [place]).status).toBe(0);
    const { status, stderr } = run('stub', 'ignore', 'sub');
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${name}: is not a regular file`)]);
    // Here the next run puts HEAD back, with the files of the work tree.
    git(['symbolic-ref', 'HEAD', 'refs/heads/master-stat'], shadow);
    git(['read-tree', '--reset', 'master-stat'], shadow);
    fs.writeFileSync(path.join(top, 'real/new'), 'x');
    expect(run('stat').stderr).not.toContain('unexpected error');
  });
});

test('root makes no shadow repo in a directory of somebody else, nor in an observed one', ({ skip }) => {
  skip(process.geteuid?.() !== 0, 'only root can give a directory away');
  const [foreign, observed, config] = ['foreign', 'observed/x', 'git-fso.yml'].map((name) => path.join(top, name)) as [
    string,
    string,
    string,
  ];
  for (const place of [foreign, observed]) fs.mkdirSync(place, { recursive: true });
  fs.chownSync(foreign, 65534, 65534);
  fs.writeFileSync(config, `shadow: ${top}/shadow\nroots: [{ path: ${top}/observed, patterns: repo *, facets: [stat] }]\n`);
  for (const [place, reason] of [[foreign, 'is not trusted here'], [observed, 'which is observed']] as const) {
    const { status, stderr } = fso(['init', '--observe', path.join(top, 'real')], { cwd: place, env: { GIT_FSO_CONFIG: config } });
    expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(fs.readdirSync(place)).toEqual([]);
  }
});

describe('borrowed objects', () => {
  const list = (): string => path.join(shadow, '.git/objects/info/alternates');
  const store = (name: string): string => {
    const place = path.join(top, name);
    fs.mkdirSync(path.join(place, 'pack'), { recursive: true });
    fs.mkdirSync(path.join(place, 'info'), { recursive: true });
    return place;
  };

  test('are looked at as far as Git sees them', () => {
    const stores = Array.from({ length: 6 }, (_, index) => store(`s${index}`));
    stores.forEach((place, index) =>
      fs.writeFileSync(index === 0 ? list() : path.join(stores[index - 1] ?? '', 'info/alternates'), `${place}\n`),
    );
    spawnSync('mkfifo', [path.join(top, 's5/pack/pack-1.idx')]);
    const { status, stderr } = run('gc');
    expect([status, stderr]).toEqual([1, expect.stringContaining('s5/pack/pack-1.idx')]);
  });

  test.each([
    ['a NUL', (place: string) => `${place}\0x`],
    ['something after the quotes', (place: string) => `"${place}"x\n`],
  ])('by a path with %s', (_, text) => {
    const place = store('odd');
    spawnSync('mkfifo', [path.join(place, 'pack/pack-1.idx')]);
    write('.git/objects/info/alternates', text(place));
    const { status, stderr } = run('gc');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/pack-1\.idx|alternates: has a line that is no path/)]);
  });

  test('of somebody else are not given to Git', ({ skip }) => {
    skip(process.geteuid?.() !== 0, 'only root can give a directory away');
    const place = store('foreign');
    fs.chownSync(place, 65534, 65534);
    write('.git/objects/info/alternates', `${place}\n`);
    const { status, stderr } = run('gc');
    expect([status, stderr]).toEqual([1, expect.stringContaining('belongs to user 65534')]);
  });
});

test('a directory for temporary files that somebody else can change is not used', ({ skip }) => {
  skip(process.geteuid?.() !== 0, 'only root can give a directory away');
  const [own, open, foreign] = ['own', 'open', 'foreign'].map((name) => path.join(top, name)) as [string, string, string];
  for (const place of [own, open, foreign]) fs.mkdirSync(path.join(place, 'in'), { recursive: true });
  fs.chmodSync(open, 0o777);
  fs.chownSync(foreign, 65534, 65534);
  const used = (place: string): string => {
    useTemporaryDirectory(place);
    return temporaryDirectory();
  };
  try {
    expect([path.join(own, 'in'), path.join(open, 'in'), path.join(foreign, 'in'), 'relative'].map(used)).toEqual([
      path.join(own, 'in'),
      '/tmp',
      '/tmp',
      '/tmp',
    ]);
  } finally {
    useTemporaryDirectory(cleanEnvironment()['TMPDIR']);
  }
});
