import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTree, cleanEnvironment, fsoCommand, git } from '../../harness/index.js';
import { canTrace } from '../../harness/opens.js';
import { count, findAll } from '../independent-count.js';
import { recordedCount } from '../recorded-count.js';
import type { TestSite } from '../site.js';
import { makeSite } from '../site.js';

const REPOS = 50;
/** Each traced call is several times slower. */
const TIMEOUT_MS = 600_000;
const CALLS = 'trace=newfstatat,lstat,stat,statx,getdents64';
/** A look at an entry of a directory that is held, or is the working directory; the directory itself is `.` or nothing. */
const LOOK = /(?:newfstatat|statx|lstat|stat)\((?:AT_FDCWD|\d+)<([^>]*)>, "([^"]*)"/;
/** The same by a thread that looks ahead, as where calls are slow, and tracing makes them slow. */
const LOOK_AHEAD = /, "\/proc\/self\/fd\/\d+\/[^/"]+"/;
const END_OF_LIST = /getdents64\(\d+<([^>]*)>.* = 0$/;

interface Traced {
  /** How often entries below the project were looked at by their names. */
  readonly looks: number;
  /** How often each directory was listed. */
  readonly lists: ReadonlyMap<string, number>;
}

function rescanTraced(site: TestSite, jobs: string): Traced {
  const log = path.join(site.top, 'calls');
  const command = [...fsoCommand(), 'rescan', '--config', site.config, '--jobs', jobs];
  const strace = ['-f', '--seccomp-bpf', '-y', '-qq', '-e', CALLS, '-o', log];
  const options = { cwd: site.top, env: cleanEnvironment(), encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync('strace', [...strace, ...command], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const isInside = (at: string): boolean => at.startsWith(`${site.project}/`);
  let looks = 0;
  const lists = new Map<string, number>();
  const lines = readFileSync(log, 'utf8').split('\n');
  const mainThread = `${lines[0]?.split(' ', 1)[0] ?? ''} `;
  for (const line of lines) {
    const [, directory = '', name = ''] = LOOK.exec(line) ?? [];
    if (!['', '.', '..'].includes(name) && isInside(path.resolve(directory, name))) looks += 1;
    else if (!line.startsWith(mainThread) && LOOK_AHEAD.test(line)) looks += 1;
    const listed = END_OF_LIST.exec(line)?.[1] ?? '';
    if (isInside(listed)) lists.set(listed, (lists.get(listed) ?? 0) + 1);
  }
  return { looks, lists };
}

/** Repos that are repositories of their own, with annexed files, or have nogbundles, nested repositories and ignored files. */
function build(settings: string): TestSite {
  const files = (prefix: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${prefix}/f${i}`, 'x'.repeat(i)]));
  const site = makeSite({ 'other/x': 'z', 'data/loose': 'l' }, settings);
  for (let repo = 0; repo < REPOS; repo += 1) {
    const at = path.join(site.project, `data/p${repo}`);
    buildTree(at, { ...files('sub/a'), ...files('sub/b'), ...files('bundle/y'), ...files('ignored/x'), '.gitignore': 'ignored/\n' });
    const repository = repo % 2 === 0 ? at : path.join(at, 'nested');
    mkdirSync(repository, { recursive: true });
    git(['init', '-q'], repository);
    git(['commit', '-q', '--allow-empty', '-m', 'first'], repository);
    buildTree(repository, files('.git/annex/objects/XX/yy'));
  }
  const file = (repo: number, name: string): string => path.join(site.project, `data/p${repo}`, name);
  linkSync(file(0, 'sub/a/f3'), file(1, 'bundle/y/again'));
  linkSync(file(2, '.git/annex/objects/XX/yy/f5'), file(3, 'ignored/x/again'));
  linkSync(file(4, 'sub/a/f7'), file(4, 'sub/b/again'));
  linkSync(file(4, 'sub/b/again'), path.join(site.project, 'other/again'));
  return site;
}

const settings = (outer: string, inner: string): string => `    facets: [stat]
    patterns: ["superrepo .", "enter data", "repo data/*"]
    initPolicy: ["${outer} .", "${inner} data/*"]
`;

function expectTrue(site: TestSite): void {
  for (const [realdir, shadow] of site.repos())
    expect([realdir, recordedCount(shadow, '.nogtree')]).toEqual([realdir, count(path.join(site.project, realdir))]);
}

describe.skipIf(!canTrace())('a rescan of a repo around 50 others (needs strace)', () => {
  it.each([
    ['ignore-subdirs', 'enter-subdirs'],
    ['bundle-subdirs', 'bundle-subdirs'],
    ['ignore-most', 'ignore-most'],
  ])('lists no directory of these twice: %s around %s', (outer, inner) => {
    const site = build(settings(outer, inner));
    expect(site.rescan().status).toBe(0);
    expectTrue(site);
    for (const [round, jobs] of ['1', '4'].entries()) {
      for (const place of ['sub/a', 'ignored/x', 'bundle']) writeFileSync(path.join(site.project, `data/p${round}`, place, 'new'), jobs);
      const { looks, lists } = rescanTraced(site, jobs);
      expectTrue(site);
      const found = findAll(site.project).length;
      expect(looks).toBeGreaterThan(0.9 * found);
      expect(looks).toBeLessThan(1.1 * found);
      // A repository is listed once more, to find out what it is. What was read ahead of a walk that is late is read again.
      const inside = [...lists].filter(([at]) => /\/data\/p\d+\/(?!nested$)/.test(at));
      expect(inside.length).toBeGreaterThan(REPOS * 4);
      expect(inside.filter(([, times]) => times > 1).length).toBeLessThan(0.1 * inside.length);
    }
  }, TIMEOUT_MS);
});
