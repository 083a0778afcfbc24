import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clearProblems } from '../../../src/rescan/list/problems.js';
import { fsPath } from '../../../src/util/byte-string.js';
import type { TreeSpec } from '../../harness/index.js';
import { buildTree, fso, git, tempDir } from '../../harness/index.js';
import { makeSite } from '../site.js';
import { shadowOf, Simulation } from '../simulation.js';
import { alarms, files, nextRun, remove } from './watched-site.js';

const settings = (others: string): Record<string, string> => ({
  r: `facets: [stat, sha], schedule: { stat: every 1h, sha: every 1h }, ${others}`,
});

/** A repo `r/a` with so many files that was recorded once. */
async function recorded(count: number, others: string, more: TreeSpec = {}): Promise<Simulation> {
  const simulation = new Simulation({ ...files('r/a/d', count), ...more }, settings(others));
  await simulation.once();
  return simulation;
}

test.each([
  [10, ['alarm sha: sha: 10 of 100', 'alarm stat: stat: 10 of 100']],
  [9, []],
])('of 100 files, %i deleted ones are an alarm at 10%: %j', async (count, expected) => {
  const simulation = await recorded(100, 'alarm: { deleted: 10% }');
  expect(alarms(simulation), 'of what is observed for the first time, nothing was deleted').toEqual([]);
  remove(simulation, 0, count);
  await nextRun(simulation);
  expect(alarms(simulation).map((each) => each.replace(/ files \(.*/, ''))).toEqual(expected);
  const names = git(['ls-tree', '-r', '--name-only', 'master-stat'], shadowOf(simulation, 'r/a')).split('\n');
  expect(names.filter((name) => name.includes('/f')), 'it is recorded all the same').toHaveLength(100 - count);
});

test('an alarm makes nothing wait, stays after runs that find nothing, and goes when it is cleared', async () => {
  const simulation = await recorded(10, 'alarm: { deleted: 50% }');
  remove(simulation, 0, 6);
  await nextRun(simulation);
  await nextRun(simulation);
  expect(simulation.problems().list()).toMatchObject([{ part: 'alarm sha', retryAt: null }, { part: 'alarm stat', count: 1 }]);
  expect(simulation.ran.at(-1)).toMatchObject({ facets: ['stat', 'sha'], error: null });
  clearProblems(simulation.site(), null);
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual([]);
});

test('an alarm goes when the configuration wants none any more', async () => {
  const simulation = await recorded(10, 'alarm: { deleted: 50% }');
  remove(simulation, 0, 6);
  await nextRun(simulation);
  simulation.setRoots(settings('alarm: false'));
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual([]);
});

test('what was moved within the realdir is not deleted', async () => {
  const simulation = await recorded(20, 'alarm: { deleted: 10% }', files('r/a/other/deep', 20));
  renameSync(simulation.path('r/a/other/deep'), simulation.path('r/a/d/deeper'));
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual([]);
});

test('files whose time has changed are modified', async () => {
  const simulation = await recorded(10, 'alarm: { modified: 30% }');
  for (const index of [0, 1, 2]) writeFileSync(fsPath(`${simulation.path('r/a/d')}/f${index}\xff`), 'changed');
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual([
    'alarm sha: sha: 3 of 10 files (30 %) were modified, an alarm from 30 % on',
    'alarm stat: stat: 3 of 10 files (30 %) were modified, an alarm from 30 % on',
  ]);
});

test('a realdir that is gone is an alarm', async () => {
  const simulation = await recorded(3, 'alarm: { deleted: 100% }', { 'r/b': null });
  rmSync(simulation.path('r/a'), { recursive: true });
  await nextRun(simulation);
  expect(alarms(simulation).map((each) => each.replace(/ were deleted.*/, ''))).toEqual([
    'alarm sha: sha: 3 of 3 files (100 %)', 'alarm stat: stat: 3 of 3 files (100 %)',
  ]);
});

test.each([
  ['in a bundle', 'bundle-subdirs'],
  ['that are only in the sum of the realdir', 'ignore-subdirs'],
])('files %s count as far as sums tell', async (_where, tracking) => {
  const simulation = await recorded(20, `alarm: { deleted: 10% }, initPolicy: ["${tracking} *"]`, { 'r/a/README.md': 'x' });
  remove(simulation, 0, 2);
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual([]);
  remove(simulation, 2, 6);
  await nextRun(simulation);
  expect(alarms(simulation)).toEqual(['alarm stat: stat: 4 of 19 files (21 %) were deleted, an alarm from 10 % on']);
});

test('a directory that becomes a bundle has lost nothing', async () => {
  const simulation = await recorded(10, 'alarm: { deleted: 10% }');
  expect(fso(['reinit', '--bundle-subdirs'], { cwd: shadowOf(simulation, 'r/a') }).status).toBe(0);
  await nextRun(simulation);
  expect(git(['ls-tree', '-r', '--name-only', 'master-stat', 'd'], shadowOf(simulation, 'r/a'))).toBe('d');
  expect(git(['ls-tree', '-r', '--name-only', 'master-sha', 'd'], shadowOf(simulation, 'r/a'))).toBe('d');
  expect(alarms(simulation)).toEqual([]);
});

test('hooks are told of an alarm, also those that failed at first', async () => {
  const out = `${tempDir()}/out`;
  const hook = `{ shell: "test -e ${out} && cat >>${out}" }`;
  const simulation = await recorded(10, `alarm: { deleted: 50% }, onChange: [${hook}]`);
  writeFileSync(out, '');
  await nextRun(simulation);
  const told = (): Record<string, unknown>[] =>
    existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) : [];
  expect(told()).toMatchObject([{ facet: 'stat', alarm: null }, { facet: 'sha', alarm: null }]);
  rmSync(out);
  remove(simulation, 0, 6);
  await nextRun(simulation);
  writeFileSync(out, '');
  await nextRun(simulation);
  expect(told()).toMatchObject([
    { facet: 'stat', deleted: null, alarm: { files: 10, deleted: 6, modified: 0 } }, { facet: 'sha', alarm: { deleted: 6 } },
  ]);
});

test('rescan tells an alarm, quiet or not, and ends with 0; list and doctor show it until clear-error', () => {
  const site = makeSite(files('a/d', 10), '    alarm: { deleted: 50% }\n');
  site.rescan();
  rmSync(`${site.project}/a/d`, { recursive: true });
  const { status, stderr } = site.rescan('--quiet');
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(/^alarm \S*\/a: stat: 10 of 10 files \(100 %\) were deleted, .*: git -C .*clear-error/),
  });
  const run = (...args: string[]) => fso([...args, '--config', site.config], { cwd: site.top });
  expect(run('list', '--problems').stdout).toContain('(alarm stat)\n  stat: 10 of 10 files');
  expect(run('doctor').stdout).toMatch(/warning: \S*\/a: alarm since .*10 of 10 files/);
  // The directory itself has a record, too.
  const command = /git -C .* diff .*?(?=;)/.exec(stderr)?.[0] ?? '';
  const changed = git(command.split(' ').slice(3), site.repos().get('a') ?? '').split('\n');
  expect(changed.filter((line) => line.startsWith('D'))).toHaveLength(11);
  run('clear-error', `${site.project}/a`);
  expect(run('list', '--problems').stdout).toContain('no problems');
  buildTree(`${site.project}/a`, files('d', 10));
  const repo = site.rescan('--json').stdout.split('\n').find((line) => line.includes('"type":"repo"'));
  expect(JSON.parse(repo ?? '')).toMatchObject({ alarms: [] });
});
