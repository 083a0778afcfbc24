import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fsPath } from '../../../src/util/byte-string.js';
import { count } from '../../rescan/independent-count.js';
import type { TestSite } from '../../rescan/site.js';
import { makeSite } from '../../rescan/site.js';
import { fso } from '../../harness/index.js';

const DAY = 86_400_000;
const PATTERNS = 'superrepo .|superrepo a|repo a/inner|superrepo b|repo c*'.split('|').map((line) => `      ${line}\n`).join('');
const POLICY = '    initPolicy: ["ignore-most .", "bundle-subdirs b", "enter-subdirs *", "enter-subdirs a/inner"]\n';
const TREE = { 'a/d/f': 'x'.repeat(1000), 'a/inner/g': 'x'.repeat(300), 'b/s/t/f': 'x'.repeat(70), 'loose': 'x'.repeat(5) };

let site: TestSite;

interface Line {
  readonly type?: string;
  readonly path?: string;
  readonly [key: string]: unknown;
}

const grow = (...args: string[]) => fso(['growth', '--config', site.config, ...args], { cwd: site.project });

function json(...args: string[]): Line[] {
  const { stdout, stderr, status } = grow('--json', ...args);
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
}

const changes = (lines: readonly Line[]) =>
  lines.filter(({ type }) => type === undefined)
    .map((line) => [path.relative(site.project, line.path ?? ''), line['sizeBefore'], line['size']]);

const write = (name: string, bytes: number): void => {
  fs.mkdirSync(path.join(site.project, path.dirname(name)), { recursive: true });
  fs.writeFileSync(path.join(site.project, name), 'x'.repeat(bytes));
};

/** Lets sums be the same although what they sum up has moved. */
const settle = (directory: string): void => {
  const entries = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' });
  for (const entry of [...entries, '']) fs.utimesSync(path.join(directory, entry), 1e9, 1e9);
};

const before = { files: 0, size: 0 };

beforeAll(() => {
  site = makeSite(TREE, `    facets: [stat]\n    patterns: |\n${PATTERNS}${POLICY}`);
  const rescan = (days: number): void => {
    const date = new Date(Date.now() - days * DAY).toISOString();
    const env = { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
    settle(path.join(site.project, 'a'));
    expect(fso(['rescan', '--config', site.config], { cwd: site.top, env })).toMatchObject({ status: 0 });
  };
  rescan(20);
  Object.assign(before, count(site.project));
  for (const [days, size] of [[15, 2000], [10, 3000], [5, 4000]] as const) {
    write('a/d/f', size);
    write('a/inner/g', 300 - days);
    write('b/s/t/f', size);
    rescan(days);
  }
  fs.renameSync(path.join(site.project, 'a/d/f'), path.join(site.project, 'a/inner/f'));
  fs.mkdirSync(path.join(site.project, 'c'));
  fs.writeFileSync(fsPath(`${site.project}/c/\xff`), 'x'.repeat(9));
  rescan(1);
});

test('rows add up to the totals, which are what find(1) counts, with repos in one another and all kinds of tracking', () => {
  const lines = json('--since', '19 days ago');
  const after = count(site.project);
  const total = lines.find(({ type }) => type === 'total');
  expect(total).toMatchObject({ sizeBefore: before.size, filesBefore: before.files, size: after.size, files: after.files });
  expect(changes(lines)).toEqual([
    ['a/inner', 300, 4295],
    ['b', 70, 4000],
    ['a', 1000, 0],
    ['c', 0, 9],
  ]);
});

test('directories are told to the depth that is asked for, below each place', () => {
  expect(changes(json('--since', '19 days ago', '--depth', '1'))).toEqual([
    ['b', 70, 4000],
    ['a', 1300, 4295],
    ['c', 0, 9],
  ]);
  expect(changes(json('--since', '19 days ago', '--by', 'dir', '--depth', '2', 'a', 'b'))).toEqual([
    ['a/inner', 300, 4295],
    ['b/s', 70, 4000],
    ['a/d', 1000, 0],
  ]);
  expect(changes(json('--since', '19 days ago', 'a/d'))).toEqual([['a/d', 1000, 0]]);
});

test('a period has an end, too, and only the first rows are told if so many are asked for', () => {
  const lines = json('--since', '12 days ago', '--until', '8 days ago', '--top', '1');
  expect(changes(lines)).toEqual([['a', 2000, 3000]]);
  expect(lines.find(({ type }) => type === 'total')).toMatchObject({ paths: 3, sizeBefore: 4290, size: 6295 });
  expect(lines.find(({ type }) => type === 'forecast')).toMatchObject({ state: 'unknown', roots: [site.project] });
});

test('the filesystem of the root has a forecast, which says why there is none', () => {
  const forecast = (...args: string[]) => json('--since', '19 days ago', ...args).find(({ type }) => type === 'forecast');
  const { bsize, blocks } = fs.statfsSync(site.project);
  expect(forecast()).toMatchObject({ roots: [site.project], size: bsize * blocks, state: 'far away', reason: null });
  expect(forecast('a')).toMatchObject({ state: 'unknown', reason: 'not all of it was asked about' });
  const moved = `${site.project}-away`;
  fs.renameSync(site.project, moved);
  try {
    const { stdout, status } = fso(['growth', '--config', site.config, '--since', '19 days ago'], { cwd: site.top });
    expect(stdout).toMatch(/no forecast: .* does not exist/);
    expect(status).toBe(0);
  } finally {
    fs.renameSync(moved, site.project);
  }
});

test('one repo is asked with -C, where roots have no forecast', () => {
  const args = ['-C', path.join(site.project, 'a/inner'), 'growth', '--since', '19 days ago', '--config', site.config];
  const { stdout, status } = fso(args, { cwd: '/' });
  expect(stdout).toMatch(/^ +growth .*\n\+3\.9 KiB +4\.2 KiB +\+1 +\S+ +\+\S+ \w+ +\S+\/a\/inner\n/);
  expect(stdout).toContain('no forecast: not all of it was asked about');
  expect(status).toBe(0);
});

test.each([
  ['a time before the records', ['--since', '2020-01-01'], 1, 'records begin'],
  ['an end before the begin', ['--since', 'yesterday', '--until', '3 days ago'], 2, 'is not before'],
  ['no time', ['--since', 'whenever it was'], 2, 'is not a date'],
  ['a path that nobody covers', ['--since', 'yesterday', '/nowhere/at/all'], 2, 'no shadow repo covers it'],
  ['a path that was never recorded', ['--since', 'yesterday', 'a/nothing'], 1, 'was never recorded; the nearest path that was is'],
  ['a depth of repos', ['--since', 'yesterday', '--by', 'repo', '--depth', '2'], 2, '--depth is for directories'],
  ['a number that is none', ['--since', 'yesterday', '--top', '0'], 2, 'positive whole number'],
])('%s is refused', (_what, args, status, message) => {
  const refused = grow(...args);
  expect(refused.stderr).toContain(message);
  expect(refused.status).toBe(status);
});
