import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FsoResult } from '../harness/index.js';
import { buildTree, cleanEnvironment, fso, fsoCommand, git, readBranchTree, tempDir } from '../harness/index.js';
import { canTrace, opensOf } from '../harness/opens.js';

const LONG_AGO = 1_500_000_000;
const FACETS = ['stat', 'sha', 'content'];
const FILES = ['README.md', 'a.dat', 'sub/b.dat', 'sub/deep/c.dat'];
const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];

interface Place {
  readonly top: string;
  readonly from: string;
  readonly to: string;
  readonly shadow: string;
  /** The shadow repo before and after the move, and the one that the new name has got meanwhile. */
  readonly before: string;
  readonly after: string;
  readonly twin: string;
}

function run(repo: string, facets: readonly string[] = FACETS): void {
  for (const facet of facets) expect(fso([facet], { cwd: repo })).toMatchObject({ status: 0, stderr: '' });
}

/** A recorded realdir that was renamed, recorded as empty under the old name, and from scratch under the new one. */
function makeTwins({ old = [] as string[], young = [] as string[], runOld = true } = {}): Place {
  const top = tempDir();
  const from = buildTree(
    path.join(top, 'projects/foo'),
    Object.fromEntries(FILES.map((name) => [name, { file: `${name}\n`, mtime: LONG_AGO }])),
  );
  const shadow = path.join(top, 'shadow');
  const to = path.join(top, 'projects/bar');
  const before = fso(['init', '--observe', from, '--shadow', shadow, ...old], { cwd: top }).stdout.trim();
  run(before);
  fs.renameSync(from, to);
  if (runOld) run(before);
  const twin = fso(['init', '--observe', to, '--shadow', shadow, ...young], { cwd: top }).stdout.trim();
  run(twin);
  return { top, from, to, shadow, before, after: before.replace('/foo/', '/bar/'), twin };
}

const copy = (source: string, target: string): void => fs.cpSync(source, target, { recursive: true, preserveTimestamps: true });
const move = ({ before, to }: Place): FsoResult => fso(['move', to], { cwd: before });

function expectJoined(place: Place, result: FsoResult): void {
  const aside = path.join(place.shadow, '.git-fso/put-aside', path.basename(place.twin, '.fso'));
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(result.stdout).toContain(`${place.after}: observes ${place.to}\n${aside}: `);
  expect(result.stdout).toContain(`rm -r ${aside}\n`);
  expect(fs.readdirSync(path.dirname(place.after))).toEqual([path.basename(place.after)]);
  for (const repo of [place.after, aside]) expect(git(['fsck', '--strict', '--no-dangling'], repo)).toBe('');
  expect(git(['status', '--porcelain'], place.after)).toBe('');
}

/** A refusal that names what would be lost, after which all is as it was. */
function expectRefused(place: Place, lost: RegExp): void {
  const heads = (): string[] => [place.before, place.twin].map((repo) => git(['for-each-ref'], repo));
  const refs = heads();
  const { status, stderr } = move(place);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/has a shadow repo already: \S+\.fso; it has what would be lost: /)]);
  expect(stderr).toMatch(lost);
  expect(heads()).toEqual(refs);
  expect(git(['config', 'fso.realdir'], place.before)).toBe(place.from);
}

describe('move to a name that has got a shadow repo of its own', () => {
  test('joins both: history and UUID of the old one go on, and nothing is hashed again', () => {
    const place = makeTwins();
    const history = git(['log', '--format=%H', 'master-stat', 'master-sha', 'master-content'], place.before);
    const sums = readBranchTree(place.twin, 'master-sha');
    expectJoined(place, move(place));
    const log = git(['log', '--format=%H', 'master-stat', 'master-sha', 'master-content'], place.after);
    for (const commit of history.split('\n')) expect(log).toContain(commit);
    expect(readBranchTree(place.after, 'master-sha')).toEqual(sums);
    if (canTrace()) {
      const opened = opensOf(['sha'], place.after);
      for (const name of FILES) expect(opened).not.toContain(path.basename(name));
    }
    for (const facet of FACETS) expect(fso([facet], { cwd: place.after }).stdout).toBe('no changes\n');
    expect(fso(['check'], { cwd: place.after }).status).toBe(0);
  });

  test('knows checksums of a realdir that was recorded as empty, without a second repo, too', () => {
    const place = makeTwins();
    fs.rmSync(place.twin, { recursive: true });
    const last = git(['rev-parse', 'master-sha~1'], place.before);
    expect(move(place)).toMatchObject({ status: 0, stdout: `${place.after}: observes ${place.to}\n` });
    expect(git(['diff', '--stat', last, 'master-sha'], place.after)).toBe('');
    expect(fso(['sha'], { cwd: place.after }).stdout).toBe('no changes\n');
  });

  test('takes a second repo that looks less closely, and one that saw more files come', () => {
    const place = makeTwins({ young: ['--ignore-subdirs'], runOld: false });
    buildTree(place.to, { 'new.dat': { file: 'new', mtime: LONG_AGO } });
    run(place.twin);
    expectJoined(place, move(place));
    expect([...readBranchTree(place.after, 'master-sha').keys()]).toEqual(expect.arrayContaining(['new.dat', 'sub/b.dat']));
    expect(fso(['sha'], { cwd: place.after }).stdout).toBe('no changes\n');
  });

  test.each<[string, (place: Place) => void, RegExp]>([
    ['a state that is no more', ({ to, twin }) => {
      fs.writeFileSync(path.join(to, 'a.dat'), 'changed');
      run(twin, ['stat']);
    }, /the state of a\.dat/],
    ['a file that was deleted', ({ to }) => fs.rmSync(path.join(to, 'sub/b.dat')), /the state of sub\/b\.dat, the checksum of sub\/b\.dat/],
  ])('refuses to lose %s', (_title, edit, lost) => {
    const place = makeTwins();
    edit(place);
    expectRefused(place, lost);
  });

  describe('refuses to lose what somebody did in the second repo:', () => {
    let place: Place;
    beforeAll(() => {
      place = makeTwins();
      copy(place.shadow, path.join(place.top, 'origin'));
    }, 60_000);
    beforeEach(() => {
      fs.rmSync(place.shadow, { recursive: true });
      copy(path.join(place.top, 'origin'), place.shadow);
    });

    test.each<[string, (place: Place) => void, RegExp]>([
      ['metadata', ({ twin }) => expect(fso(['meta', 'set', '.', 'owner=Ada'], { cwd: twin }).status).toBe(0), /its master-meta/],
      [
        'text that was chosen by hand',
        ({ twin }) => {
          const blob = git(['hash-object', '-w', '.gitignore'], twin);
          git(['read-tree', 'master-content'], twin);
          git(['update-index', '--add', '--cacheinfo', `100644,${blob},sub/notes.txt`], twin);
          const commit = git([...IDENTITY, 'commit-tree', '-p', 'master-content', '-m', 'notes', git(['write-tree'], twin)], twin);
          git(['update-ref', 'refs/heads/master-content', commit], twin);
          git(['read-tree', 'master-stub'], twin);
        },
        /the content of sub\/notes\.txt/,
      ],
      [
        'a stub that was edited',
        ({ twin }) => {
          fs.writeFileSync(path.join(twin, '.gitignore'), '*.tmp\n');
          git([...IDENTITY, 'commit', '-qam', 'rules'], twin);
        },
        /changes of its stub/,
      ],
      [
        'an edit of the stub that is not committed',
        ({ twin }) => fs.writeFileSync(path.join(twin, '.gitignore'), '*.tmp\n'),
        /its file \.gitignore/,
      ],
      ['a file that somebody keeps there', ({ twin }) => fs.writeFileSync(path.join(twin, 'notes'), 'x'), /its file notes/],
      ['a tag', ({ twin }) => git(['tag', 'v1', 'master-stat'], twin), /its tags\/v1/],
    ])('%s', (_title, edit, lost) => {
      edit(place);
      expectRefused(place, lost);
    });
  });

  test('refuses to lose what only the younger one tracks', () => {
    expectRefused(makeTwins({ old: ['--ignore-subdirs'] }), /the state of sub\/b\.dat/);
  });

  test('refuses a repo of another directory, which had the name before', () => {
    const place = makeTwins();
    fs.renameSync(place.to, `${place.to}-away`);
    fs.mkdirSync(place.to);
    const { status, stderr } = move(place);
    const refusal = /has a shadow repo already: \S+\.fso; it has what would be lost: the history of stat until /;
    expect([status, stderr]).toEqual([1, expect.stringMatching(refusal)]);
  });
});

describe.skipIf(!canTrace())('a move that joins two repos and is killed (needs strace)', () => {
  test('goes on when it is repeated, and leaves nothing behind', () => {
    const place = makeTwins();
    const origin = path.join(place.top, 'origin');
    copy(place.shadow, origin);
    for (let count = 1; ; count += 2) {
      fs.rmSync(place.shadow, { recursive: true });
      copy(origin, place.shadow);
      const inject = ['-e', 'trace=rename', '-e', `inject=rename:signal=KILL:when=${count}`];
      const { signal, status } = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...fsoCommand(), 'move', place.to], {
        cwd: place.before,
        env: cleanEnvironment(),
        stdio: 'ignore',
      });
      if (signal !== 'SIGKILL' && status === 0) {
        expect(count).toBeGreaterThan(3);
        return;
      }
      const where = fs.existsSync(place.before) ? place.before : place.after;
      expect(fso(['move', place.to], { cwd: where })).toMatchObject({
        status: 0,
        stdout: expect.stringContaining(`${place.after}: observes ${place.to}\n`),
      });
      expect(fs.readdirSync(path.dirname(place.after))).toEqual([path.basename(place.after)]);
      expect(fs.readdirSync(path.join(place.shadow, '.git-fso/put-aside'))).toHaveLength(1);
      expect(fso(['sha'], { cwd: place.after }).stdout).toBe('no changes\n');
    }
  });
});
