import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FsoResult } from '../../harness/index.js';
import { cleanEnvironment, fso, fsoCommand, git } from '../../harness/index.js';
import { RecordedRepository } from '../../history/recorded-tree.js';

const FILE = 'name: "x"\nsize: 5\nmtime: 1500000000\n';
const DIRECTORY = 'name: "d"\nmtime: 1500000000\n';

let repository: RecordedRepository;

beforeAll(() => {
  repository = new RecordedRepository();
  repository.record('master-stat', { old: FILE });
  repository.record('master-stat', {
    '.nogtree': 'name: "root"\nmtime: 1500000000\nsize: 10\ndirs: 3\ngit_size: 9007199254740993\n',
    'a.csv': FILE,
    'd/.nogtree': DIRECTORY,
    'd/b.csv': FILE,
    'd/tab\t\xff': FILE,
    'master-sha': FILE,
  });
  repository.record('master-sha', { 'a.csv': 'name: "a.csv"\nsha1: "x"\n' });
  repository.record('master-content', { 'README.md': 'Read \x1b me\n', binary: Buffer.from([0, 255]) });
});

const run = (...args: readonly string[]): FsoResult => fso(args, { cwd: repository.dir });

function paths(...args: readonly string[]): string[] {
  const { status, stdout, stderr } = run('ls', ...args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n').map((line) => line.slice(line.indexOf('\t') + 1));
}

describe('ls', () => {
  test('prints rows, and escapes what is not printable text', () => {
    const [command, ...leading] = fsoCommand();
    const { stdout } = spawnSync(command, [...leading, 'ls'], { cwd: repository.dir, env: cleanEnvironment() });
    expect(stdout.toString('latin1')).toBe([
      'd            10 2017-07-14T02:40:00Z\t.',
      'f             5 2017-07-14T02:40:00Z\ta.csv',
      'd            10 2017-07-14T02:40:00Z\td/',
      'f             5 2017-07-14T02:40:00Z\td/b.csv',
      'f             5 2017-07-14T02:40:00Z\td/tab\\x09\\xff',
      'f             5 2017-07-14T02:40:00Z\tmaster-sha\n',
    ].join('\n'));
  });

  test('prints JSON lines with all fields', () => {
    const lines = run('ls', '--json').stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^\{"path":"\.","mode":"040000","mtime":1500000000,"size":10,"dirs":3,.*"git_size":9007199254740993\}$/);
    expect(JSON.parse(lines[4] ?? '')).toMatchObject({
      path: 'd/tab\t\ufffd',
      pathBytes: Buffer.from('d/tab\t\xff', 'latin1').toString('base64'),
    });
  });

  test('takes a path, a revision, or both', () => {
    expect(paths('d/b.csv')).toEqual(['d/b.csv']);
    expect(paths('./d/').slice(0, 2)).toEqual(['d/', 'd/b.csv']);
    expect(paths('/nonexistent/realdir/a.csv')).toEqual(['a.csv']);
    expect(paths('master-stat~1')).toEqual(['old']);
    expect(paths('@{1}')).toEqual(['old']);
    expect(paths('master-stat', 'd').slice(0, 2)).toEqual(['d/', 'd/b.csv']);
    expect(paths(git(['rev-parse', '--short=8', 'master-stat^'], repository.dir), '.')).toEqual(['old']);
  });

  test('refuses what is neither, or both, and paths outside', () => {
    const refused = (what: string): unknown => ({ status: 1, stderr: expect.stringContaining(`nowhere: ${what}\n  git-fso ls lists `) });
    expect(run('ls', 'nowhere')).toMatchObject(refused('neither recorded nor a revision') as object);
    expect(run('ls', 'master-sha')).toMatchObject({ status: 2, stderr: expect.stringContaining('both a revision and a recorded path') });
    expect(paths('master-stat', 'master-sha')).toEqual(['master-sha']);
    expect(run('ls', 'nowhere', '.')).toMatchObject({ status: 2, stderr: expect.stringContaining('nowhere: not a revision') });
    expect(run('ls', 'master-stat', 'nowhere')).toMatchObject(refused('not recorded') as object);
    expect(run('ls', '../x').status).toBe(2);
    expect(run('ls', '/elsewhere/a.csv').status).toBe(2);
  });

  test('names the way out of a directory that is not there', () => {
    const { status, stderr } = fso(['-C', '/nonexistent', 'ls'], { cwd: repository.dir });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^git-fso: \/nonexistent: does not exist\n {2}\S.* git-fso list/)]);
  });

  test('selects by globs and leaves out by rules', () => {
    expect(paths('--include', '**/*.csv')).toEqual(['a.csv', 'd/b.csv']);
    expect(paths('--include', '*.csv', '--include', 'd')).toEqual(['a.csv', 'd/']);
    expect(paths('--exclude', 'd/', '--exclude', 'master*')).toEqual(['.', 'a.csv']);
  });

  test('ends by SIGPIPE, like Git, when nobody reads any more', () => {
    const command = fsoCommand().map((word) => `'${word}'`).join(' ');
    const many = new RecordedRepository();
    many.record('master-stat', Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`${'x'.repeat(100)}${index}`, FILE])));
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', `{ ${command} ls; echo "status $?" >&2; } | head -n 1`], {
      cwd: many.dir,
      env: cleanEnvironment(),
    });
    expect(stdout.toString()).toMatch(/^f .*\n$/);
    expect(stderr.toString()).toBe('status 141\n');
  });

  test('fails with the path of a damaged record', () => {
    const damaged = new RecordedRepository();
    expect(fso(['ls'], { cwd: damaged.dir })).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing is recorded') });
    damaged.record('master-stat', { a: FILE, 'd/\x1bx': 'a: [' });
    const { status, stdout, stderr } = fso(['ls'], { cwd: damaged.dir });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^git-fso: d\/\\x1bx: the record is not a YAML mapping/);
  });
});

describe('summary', () => {
  test('counts', () => {
    expect(run('summary').stdout).toBe('numFiles: 5\nnumDirs: 1\nnumOther: 0\n');
    expect(run('summary', '--json').stdout).toBe('{"numFiles":5,"numDirs":1,"numOther":0}\n');
    expect(fso(['summary'], { cwd: new RecordedRepository().dir }).status).toBe(1);
  });
});

describe('head', () => {
  test('prints commits, then people', () => {
    const { stdout } = run('head');
    const person = '{"name":"A U Thor","email":"author@example.com","date":"2017-07-14T04:40:00+02:00"}';
    const commit = (branch: string): string => git(['rev-parse', branch], repository.dir);
    expect(stdout.split('\n').filter((line) => !line.startsWith('gitNogCommit: '))).toEqual([
      'repo: "00000000-0000-0000-0000-000000000000"',
      `statGitCommit: "${commit('master-stat')}"`,
      `shaGitCommit: "${commit('master-sha')}"`,
      `metaGitCommit: "${'0'.repeat(40)}"`,
      `contentGitCommit: "${commit('master-content')}"`,
      ...['statAuthor', 'statCommitter', 'shaAuthor', 'shaCommitter'].map((key) => `${key}: ${person}`),
      'metaAuthor: null',
      'metaCommitter: null',
      ...['contentAuthor', 'contentCommitter'].map((key) => `${key}: ${person}`),
      '',
    ]);
    expect(stdout).toMatch(/^gitNogCommit: "[0-9a-f]{64}"$/m);
    const json = JSON.parse(run('head', '--json').stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ statGitCommit: commit('master-stat'), metaGitCommit: null, metaAuthor: null });
    expect(stdout).toContain(`gitNogCommit: "${String(json['gitNogCommit'])}"`);
  });
});

describe('show', () => {
  test('shows all facets, for people and for programs', () => {
    const { stdout } = run('show', 'a.csv');
    expect(stdout).toMatch(/^stat [0-9a-f]{10}:\n {2}name: "x"\n {2}size: 5\n {2}mtime: 1500000000 {2}\(2017-07-14T02:40:00Z\)\nsha /);
    expect(stdout).toMatch(/\nmeta: nothing\ncontent: nothing\n$/);
    expect(JSON.parse(run('show', '--json', 'a.csv').stdout)).toMatchObject({
      path: 'a.csv', stat: { kind: 'record', record: { size: 5 } }, sha: { record: { sha1: 'x' } }, meta: null, content: null,
    });
  });

  test('content is shown safely, and written as it is on demand', () => {
    expect(run('show', 'README.md').stdout).toMatch(/\n {2}Read \\x1b me\n$/);
    expect(run('show', '--raw', 'content', 'README.md').stdout).toBe('Read \x1b me\n');
    expect(run('show', 'binary').stdout).toContain('2 bytes that are not text');
    expect(JSON.parse(run('show', '--json', 'binary').stdout)).toMatchObject({ content: { size: 2, base64: 'AP8=' } });
    expect(run('show', '--raw', 'sha', 'README.md')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('README.md: not on refs/heads/master-sha'),
    });
  });

  test('a path that is not recorded is an error', () => {
    const stderr = expect.stringMatching(/^git-fso: nowhere: not recorded\n {2}git-fso ls lists /) as string;
    expect(run('show', 'nowhere')).toMatchObject({ status: 1, stderr });
  });
});
