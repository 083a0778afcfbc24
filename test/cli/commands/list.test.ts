import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fsPath } from '../../../src/util/byte-string.js';
import { fso } from '../../harness/index.js';
import type { TestSite } from '../../rescan/site.js';
import { makeSite } from '../../rescan/site.js';

test.each([[[]], [['--due']], [['--json']]])('list %j shows the other roots where one is missing, and names that', (options) => {
  const site = makeSite({ 'data/file': '1' }, '    schedule: { stat: every 1h }\n');
  expect(site.rescan().status).toBe(0);
  fs.appendFileSync(site.config, `  - path: ${site.top}/absent\n`);
  const listed = fso(['list', '--config', site.config, ...options], { cwd: site.top });
  expect(listed.stdout).toContain(path.join(site.project, 'data'));
  expect(listed.stderr).toContain(`${site.top}/absent`);
  expect(listed.status).toBe(1);
});

test('an empty GIT_FSO_CONFIG is as good as none', () => {
  const site = makeSite({ 'data/file': '1' });
  const { stderr } = fso(['list'], { cwd: site.top, env: { GIT_FSO_CONFIG: '' } });
  expect(stderr).toContain('/etc/git-fso.yml');
});

test.each([
  ['that became a symbolic link itself', 'data/a', 'data/a'],
  ['that is behind one', 'data/a', 'data'],
])('list says why a realdir cannot be recorded %s, and what is known of it', (_, repo, link) => {
  const site = makeSite({ 'data/a/file': '1' }, '    patterns: |\n      enter .\n      enter data\n      repo data/*\n');
  expect(site.rescan().status).toBe(0);
  const place = path.join(site.project, link);
  fs.renameSync(place, path.join(site.top, 'elsewhere'));
  fs.symlinkSync(path.join(site.top, 'elsewhere'), place);
  const listed = fso(['list', '--config', site.config], { cwd: site.top });
  const row = new RegExp(`^${site.project}/${repo} +enter-subdirs .* became a symbolic link, which is not followed`, 'm');
  expect(listed.stdout).toMatch(row);
  expect(listed.status).toBe(1);
  const json = JSON.parse(fso(['list', '--json', '--config', site.config], { cwd: site.top }).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({ files: 1, missing: false, error: { message: expect.stringContaining('symbolic link') as string } });
});

const DAY = 86_400_000;

/** `a` had 1000 bytes 40 days ago and has 5000, `b` is younger, with 9000, `c\xff` had two files with 300 and has one with 200. */
function grownSite(): TestSite {
  const site = makeSite({ 'a/file': 'x'.repeat(1000), 'c\xff/one': 'x'.repeat(200), 'c\xff/two': 'x'.repeat(100) }, '    facets: [stat]\n');
  const rescan = (days: number): void => {
    const date = new Date(Date.now() - days * DAY).toISOString();
    const env = { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
    expect(fso(['rescan', '--config', site.config], { cwd: site.top, env }).status).toBe(0);
  };
  rescan(40);
  fs.writeFileSync(path.join(site.project, 'a/file'), 'x'.repeat(3000));
  fs.mkdirSync(path.join(site.project, 'b'));
  fs.writeFileSync(path.join(site.project, 'b/file'), 'x'.repeat(9000));
  rescan(20);
  fs.writeFileSync(path.join(site.project, 'a/file'), 'x'.repeat(5000));
  rescan(2);
  fs.rmSync(fsPath(`${site.project}/c\xff/two`));
  rescan(1);
  return site;
}

test('list shows how much repos have grown in 30 days, and sorts by it, and by other keys', () => {
  const site = grownSite();
  const list = (...args: string[]): string[] =>
    fso(['list', '--config', site.config, ...args], { cwd: site.top }).stdout.trimEnd().split('\n');
  const rows = list().map((line) => line.replace(`${site.project}/`, '').replace(/ \S*T\S* /, ' ').split(/ {2,}/));
  expect(rows).toEqual([
    ['realdir', 'tracking', 'last record', 'files', 'size', '30 days', 'state'],
    ['a', 'enter-subdirs', '1', '4.9 KiB', '+3.9 KiB', 'ok'],
    ['b', 'enter-subdirs', '1', '8.8 KiB', '-', 'ok'],
    ['c\\xff', 'enter-subdirs', '1', '200 B', '-100 B', 'ok'],
  ]);
  const names = (key: string): string =>
    list('--sort', key, '--json').map((line) => path.basename((JSON.parse(line) as { realdir: string }).realdir)).join(' ');
  expect(Object.fromEntries(['size', 'files', 'growth', 'last', 'path'].map((key) => [key, names(key)]))).toEqual({
    size: 'b a c\ufffd', files: 'a b c\ufffd', growth: 'a c\ufffd b', last: 'c\ufffd a b', path: 'a b c\ufffd',
  });
  const growth = list('--json').map((line) => (JSON.parse(line) as { growth: unknown }).growth);
  expect(growth).toEqual([{ days: 30, files: 0, size: 4000 }, null, { days: 30, files: -1, size: -100 }]);
  expect(fso(['list', '--due', '--sort', 'size', '--config', site.config], { cwd: site.top }).status).toBe(2);
});

test('list names the parts of a repo that have a problem, and in JSON what it is', () => {
  const site = makeSite({ 'a/one': 'x' }, '    facets: [stat]\n    alarm: { deleted: 50% }\n');
  site.rescan();
  fs.rmSync(path.join(site.project, 'a/one'));
  site.rescan();
  const list = (...args: string[]): string => fso(['list', '--config', site.config, ...args], { cwd: site.top }).stdout;
  expect(list()).toMatch(/ problem: alarm stat\n$/);
  expect(JSON.parse(list('--json'))).toMatchObject({ error: null, problems: [{ part: 'alarm stat', count: 1, retryAt: null }] });
});
