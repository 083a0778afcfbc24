import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { statusOfStat } from '../../src/facets/stat/status.js';
import { traceTo } from '../../src/util/trace.js';
import type { World } from '../facets/world.js';
import { changeStub, makeWorld } from '../facets/world.js';
import { asNobody, fso, git } from '../harness/index.js';
import { makeSite } from '../rescan/site.js';

/** What is told of each path below `top`, `.` for itself, by one piece of work; paths in the order in which they are met. */
function decisions(text: string, work: string, top: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const line of text.split('\n')) {
    const [, place = '', decision = ''] = new RegExp(`^trace: ${work} (.*?): (.*)$`).exec(line) ?? [];
    if (decision !== '') (found[path.relative(top, place) || '.'] ??= []).push(decision);
  }
  return found;
}

const STUB = { '.gitignore': '*.log\n/hidden/\n', '.nogbundles': '/bundle\n', '.gitattributes': '/bundle/ nogbundle\n' };

let world: World;

beforeAll(async () => {
  world = await makeWorld({
    '.gitignore': '*.tmp\n!keep.tmp\n/cache/\n',
    'README.md': 'r',
    'a.txt': { file: 'a', mtime: 1_500_000_000 },
    'bad\x1bname': 'b',
    'bundle/x': 'x',
    'cache/c': 'c',
    fifo: { fifo: true },
    'gone.txt': 'g',
    'hidden/h': 'h',
    'keep.tmp': 'k',
    link: { symlink: 'a.txt' },
    'run.log': 'l',
    'scratch.tmp': 's',
    'sub/.gitignore': '# comment\ninner\n',
    'sub/b.txt': { file: 'b', mtime: 1_500_000_000 },
    'sub/inner': 'i',
  });
  const repo = path.join(world.real, 'repo');
  git(['init', '-q', '-b', 'main', repo], world.dir);
  git(['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-q', '--allow-empty', '-m', 'm'], repo);
  await changeStub(world, STUB);
});

function told(...command: string[]): Record<string, string[]> {
  const { status, stderr } = fso(['--trace', ...command], { cwd: world.shadow });
  expect(status, stderr).toBe(0);
  return decisions(stderr, command[0] ?? '', world.real);
}

const STUB_FILES = { '.gitattributes': ['kept: it comes from the stub'], '.nogbundles': ['kept: it comes from the stub'] };
const RESERVED = 'skipped: reserved name, which is never recorded';
const NEVER = {
  '.gitignore': [RESERVED],
  cache: ['ignored by .gitignore:3:/cache/'],
  fifo: ['skipped: neither a file, a directory nor a symbolic link'],
  hidden: ["ignored by the stub's .gitignore:2:/hidden/"],
  'run.log': ["ignored by the stub's .gitignore:1:*.log"],
  'scratch.tmp': ['ignored by .gitignore:1:*.tmp'],
  'sub/.gitignore': [RESERVED],
  'sub/inner': ['ignored by sub/.gitignore:2:inner'],
  ...STUB_FILES,
};
const NEW = {
  'README.md': ['new'],
  'a.txt': ['new'],
  'bad\\x1bname': ['new'],
  'gone.txt': ['new'],
  'keep.tmp': ['new'],
  link: ['new'],
  'sub/b.txt': ['new'],
};
const OWN = 'its own record (.nogtree) differs';
const NOGBUNDLE = 'not entered: nogbundle, recorded as a whole';
const SUBMODULE = expect.stringMatching(/^not entered: submodule [0-9a-f]{40}, recorded as a whole$/) as string;

describe('git-fso --trace', () => {
  test('tells of each path why status does not show it, or that it is new', () => {
    const whole = { bundle: [NOGBUNDLE, 'new'], repo: [SUBMODULE, 'new'] };
    expect(told('status')).toEqual({ ...NEVER, ...NEW, ...whole, sub: ['entered', OWN], '.': [OWN] });
  });

  test('tells of the first stat what it sums up, too', () => {
    const whole = { bundle: [NOGBUNDLE, 'summed up', 'new'], repo: [SUBMODULE, 'summed up', 'new'] };
    const summed = { cache: [...NEVER.cache, 'summed up'], hidden: [...NEVER.hidden, 'summed up'] };
    expect(told('stat')).toEqual({ ...NEVER, ...NEW, ...whole, ...summed, sub: ['entered', OWN], '.': [OWN] });
  });

  test('tells that paths are unchanged, also those of a directory that is known by its fingerprint', () => {
    const unchanged = Object.fromEntries(Object.keys(NEW).map((name) => [name, ['unchanged']]));
    const KEPT = 'kept as recorded: nothing triggers that it is summed up again';
    expect(told('stat')).toEqual({ ...NEVER, ...unchanged, bundle: [NOGBUNDLE, KEPT], repo: [SUBMODULE, KEPT], sub: ['entered'] });
  });

  test('tells which files sha reads, and why', () => {
    expect(told('sha')).toMatchObject({ 'a.txt': ['read: new', 'new'], link: ['new'], 'sub/inner': NEVER['sub/inner'] });
    // Their mtimes are old, so that they were settled when they were hashed.
    fs.writeFileSync(path.join(world.real, 'a.txt'), 'changed');
    fs.utimesSync(path.join(world.real, 'a.txt'), 1_500_000_000, 1_500_000_000);
    fs.utimesSync(path.join(world.real, 'sub/b.txt'), 1_500_000_001, 1_500_000_001);
    expect(told('sha')).toMatchObject({
      'a.txt': ['read: size changed', 'changed'],
      'sub/b.txt': ['read: mtime changed', 'unchanged'],
    });
    expect(told('sha')).toMatchObject({ 'a.txt': ['not read: size, mtime and inode are as when it was hashed', 'kept as recorded'] });
  });

  test('tells what stat finds changed and deleted', () => {
    fs.rmSync(path.join(world.real, 'gone.txt'));
    expect(told('stat')).toMatchObject({ 'a.txt': ['changed'], 'gone.txt': ['deleted'], 'keep.tmp': ['unchanged'] });
  });

  test('tells what content takes', async () => {
    expect(told('content')).toEqual({ 'README.md': ['new'], '.gitignore': ['kept: it comes from the stub'], ...STUB_FILES });
    expect(told('content')).toMatchObject({ 'README.md': ['unchanged'] });
  });

  test('tells what could not be read, and why', async () => {
    const other = await makeWorld({ 'locked/x': 'x', 'open.txt': 'o' });
    execFileSync('chmod', ['-R', 'a+rX', other.dir]);
    fs.chmodSync(path.join(other.real, 'locked'), 0);
    const lines: string[] = [];
    traceTo((line) => lines.push(`trace: ${line}\n`));
    await asNobody(() => statusOfStat(other.repo));
    expect(decisions(lines.join(''), 'status', other.real)).toMatchObject({
      locked: [expect.stringMatching(/^stays as it is recorded, if it is: cannot be read: permission denied/)],
      'open.txt': ['new'],
    });
  });

  test('does not say of a README.md that never was that it has vanished', async () => {
    const other = await makeWorld({ a: 'a' });
    const { stderr } = fso(['--trace', 'content'], { cwd: other.shadow });
    expect(decisions(stderr, 'content', other.real)['README.md']).toEqual(['not there']);
  });

  test('names the rule of the stub that keeps README.md from content', async () => {
    const other = await makeWorld({ 'README.md': 'r' });
    await changeStub(other, { '.gitignore': 'x\nREADME*\n' });
    const { stderr } = fso(['--trace', 'content'], { cwd: other.shadow });
    expect(decisions(stderr, 'content', other.real)).toMatchObject({ 'README.md': ["ignored by the stub's .gitignore:2:README*"] });
  });

  test('names the line of the naming rule that decides about a directory', () => {
    const site = makeSite({ 'data/foo/a': '', 'scratch/x': '', '.hidden/x': '' });
    const { stderr } = fso(['--trace', 'discover', '--config', site.config], { cwd: site.top });
    expect(decisions(stderr, 'discover', site.project)).toEqual({
      '.': ['candidate, entered: PathPatterns, pattern 1: superrepo .'],
      '.hidden': ['ignore, not entered: PathPatterns, its name starts with a dot'],
      data: ['entered: PathPatterns, pattern 2: enter data'],
      'data/foo': ['candidate, not entered: PathPatterns, pattern 3: repo data/*'],
      scratch: ['ignore, not entered: PathPatterns, pattern 6: ignore *'],
    });
  });

  test('names the glob by which a level is left out', () => {
    const site = makeSite(
      { 'a/b': '', 'old/b': '' },
      '    naming: { rule: SubdirLevel, level: 1, ignore: [x, "o*"] }\n    facets: [stat]\n',
    );
    const { stderr } = fso(['--trace', 'discover', '--config', site.config], { cwd: site.top });
    expect(decisions(stderr, 'discover', site.project)).toMatchObject({ old: ['ignore, not entered: SubdirLevel, ignore: o*'] });
  });

  test('is about all repos of a rescan, each by its absolute path', () => {
    const site = makeSite({ 'data/foo/a': '', 'data/bar/b': '' });
    const { stderr } = site.rescan('--dry-run');
    expect(stderr).not.toContain('trace:');
    const { stderr: text } = fso(['--trace', 'rescan', '--config', site.config], { cwd: site.top });
    expect(decisions(text, 'stat', site.project)).toMatchObject({ 'data/foo/a': ['new'], 'data/bar/b': ['new'] });
  });
});

describe('GIT_FSO_TRACE', () => {
  const status = (value: string): ReturnType<typeof fso> => fso(['status'], { cwd: world.shadow, env: { GIT_FSO_TRACE: value } });

  test('set to 1 is the same as --trace', () => {
    expect(status('1').stderr).toBe(fso(['--trace', 'status'], { cwd: world.shadow }).stderr);
  });

  test.each(['', '0'])('set to "%s" tells nothing', (value) => {
    expect(status(value).stderr).toBe('');
  });

  test('appends to the file that it names, relative to where the command was called', () => {
    const file = path.join(world.shadow, 'trace.txt');
    fs.writeFileSync(file, 'before\n', { mode: 0o600 });
    expect(status('trace.txt')).toMatchObject({ status: 0, stderr: '' });
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^before\ntrace: status /);
  });

  test('says in words that the disk is full, once, and records all the same', () => {
    const { status: code, stderr } = status('/dev/full');
    expect(code).toBe(0);
    expect(stderr).toBe(
      'git-fso: /dev/full: the trace cannot be written: no space left on device; what is recorded does not depend on it\n' +
        '  name another file in GIT_FSO_TRACE, or use --trace for standard error\n',
    );
  });

  test('names a file that cannot be written, and the way out', () => {
    const { status: code, stderr } = status('missing/trace.txt');
    expect(code).toBe(1);
    expect(stderr).toContain(`${world.shadow}/missing/trace.txt: the trace cannot be written: `);
    expect(stderr).toContain('--trace');
  });

  test.each([
    ['a FIFO', (file: string) => execFileSync('mkfifo', [file])],
    ['a link', (file: string) => fs.symlinkSync('/dev/null', file)],
    ['a file that others can open', (file: string) => fs.writeFileSync(file, '', { mode: 0o644 })],
  ])('refuses %s, without waiting', (_what, make) => {
    const file = path.join(world.shadow, 'trace-file');
    fs.rmSync(file, { force: true });
    make(file);
    expect(status('trace-file')).toMatchObject({ status: 1, stderr: expect.stringContaining(file) as string });
  });

  test('writes nothing into a real directory', () => {
    const file = path.join(world.real, 'trace-file');
    expect(status(file)).toMatchObject({ status: 2, stderr: expect.stringContaining(world.real) as string });
    expect(fs.existsSync(file)).toBe(false);
  });
});
