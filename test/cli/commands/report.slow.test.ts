import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fso } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';

const SETTINGS = `    patterns: |
      enter data
       repo data/*
      ignore *
    facets: [stat, sha]
    schedule: { stat: every 1d }
`;
const DAY_MS = 86_400_000;
const KIB = 1024;

type Site = ReturnType<typeof makeSite>;
let site: Site;

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = fso([...args, '--config', site.config], { cwd: site.top, env });
  expect({ status, stderr }, args.join(' ')).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Commits of so many days ago. */
const daysAgo = (days: number): NodeJS.ProcessEnv => ({ GIT_COMMITTER_DATE: new Date(Date.now() - days * DAY_MS).toISOString() });

/** What is between tags, of the first element that begins with some text. */
function section(page: string, heading: string): string {
  const begin = page.indexOf(`<h2>${heading}`);
  const text = page.slice(begin, page.indexOf('</section>', begin));
  return text.replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<[^>]*>/g, '|').replace(/\|+/g, '|');
}

beforeAll(() => {
  const tree = {
    'data/foo/a.tif': 'a'.repeat(8 * KIB),
    'data/bar/b.tif': 'a'.repeat(8 * KIB),
    'data/foo/in/<b>.csv': 'c'.repeat(2 * KIB),
    'data/bar/gone': 'g'.repeat(KIB),
  };
  site = makeSite(tree, SETTINGS);
  run(['rescan'], daysAgo(40));
  fs.rmSync(path.join(site.project, 'data/bar/gone'));
  fs.writeFileSync(path.join(site.project, 'data/foo/in/new\xff.csv'), 'n'.repeat(4 * KIB), 'latin1');
  run(['rescan'], daysAgo(5));
});

test('has what is there, what grew and shrank, and what is there twice', () => {
  const file = path.join(site.top, 'report.html');
  run(['report', '--output', file]);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  const page = fs.readFileSync(file, 'utf8');
  expect(page).toContain('<dt>bytes</dt><dd>22 KiB</dd>');
  expect(page).toContain('<dt>files</dt><dd>4</dd>');
  expect(page).toContain('<dd>+3.0 KiB (16 %)</dd>');
  expect(section(page, 'What grew')).toMatch(/data\/foo\/in\|\+4\.0 KiB\|/);
  expect(section(page, 'What grew')).toMatch(/data\/bar\|−1\.0 KiB\|/);
  expect(section(page, 'Types')).toMatch(/\.tif\|.*16 KiB\|.*\|2\|[\s\S]*\.csv\|.*6\.0 KiB\|.*\|2\|/);
  expect(section(page, 'Duplicates')).toContain('1 contents are there more than once; that takes 8.0 KiB');
  expect(section(page, 'Duplicates')).toMatch(/data\/bar\/b\.tif\|[\s\S]*data\/foo\/a\.tif\|/);
  expect(section(page, 'Biggest files')).toContain('data/foo/in/&lt;b&gt;.csv');
  expect(section(page, 'Troubles')).toContain('Nothing fails');
});

test('is about places, if some are named', () => {
  const page = run(['report', '--output', '-', path.join(site.project, 'data/bar')]);
  expect(page).toContain('<dt>bytes</dt><dd>8.0 KiB</dd>');
  expect(page).not.toContain('data/foo');
});

test('tells what is wrong', () => {
  fs.mkdirSync(path.join(site.project, 'data/unseen'));
  expect(section(run(['report', '--output', '-']), 'Troubles')).toMatch(/data\/unseen\|[\s\S]*not recorded yet/);
  fs.rmdirSync(path.join(site.project, 'data/unseen'));
  const { status, stderr } = fso(['report', '--config', site.config, '--output', '/nowhere/report.html'], { cwd: site.top });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('/nowhere/report.html') });
});

test('by a schedule it is written for all and for each root, once', () => {
  const output = path.join(site.top, 'reports');
  fs.appendFileSync(site.config, `report: { output: ${output}, since: 10d, schedule: every 7d }\n`);
  run(['rescan', '--due']);
  const names = fs.readdirSync(output);
  expect(names.length).toBe(2);
  expect(names).toContain('all.html');
  for (const name of names) expect(fs.statSync(path.join(output, name)).mode & 0o777, name).toBe(0o600);
  const written = fs.statSync(path.join(output, 'all.html')).mtimeMs;
  run(['rescan', '--due']);
  expect(fs.statSync(path.join(output, 'all.html')).mtimeMs).toBe(written);
  const old = new Date(Date.now() - 8 * DAY_MS);
  fs.utimesSync(path.join(output, 'all.html'), old, old);
  run(['rescan', '--due']);
  expect(fs.statSync(path.join(output, 'all.html')).mtimeMs).toBeGreaterThan(old.getTime());
});

test('it is never written into a root', () => {
  const output = path.join(site.project, 'reports');
  fs.writeFileSync(site.config, fs.readFileSync(site.config, 'utf8').replace(/output: [^,]*,/, `output: ${output},`));
  const { stdout, stderr } = fso(['rescan', '--due', '--config', site.config], { cwd: site.top });
  expect(stdout + stderr).toContain('reports would be written into the root');
  expect(fs.existsSync(output)).toBe(false);
});
