import { readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, programDirectory, runProcess, tempDir } from './harness/index.js';

const README = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
const [, SECTION = ''] = README.split('## Questions\n');
const [QUESTIONS = ''] = SECTION.split(/^## /m);
const MIB = 1024 * 1024;

/** Commands of the section, and what README says that they print. */
const ASKED = [...QUESTIONS.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.split(/^\$ /m).slice(1).map((text) => {
    const [command = '', ...output] = text.split('\n');
    return { command, output: output.join('\n') };
  }),
);

let top: string;
let env: NodeJS.ProcessEnv;

/** A file, with its name and zeros for content. */
function write(name: string, size: number, time: string): void {
  const file = path.join(top, 'project', name);
  buildTree(path.join(top, 'project'), { [name]: name });
  truncateSync(file, size);
  utimesSync(file, new Date(time), new Date(time));
}

/** Records everything on a day. */
function record(day: string): void {
  const time = new Date(`${day}T01:00:00Z`);
  for (const directory of ['foo/raw', 'foo', 'bar']) utimesSync(path.join(top, 'project/data', directory), time, time);
  expect(fso(['rescan'], { cwd: top, env: { ...env, GIT_COMMITTER_DATE: `${day}T02:00:00Z` } })).toMatchObject({ status: 0 });
}

beforeAll(() => {
  top = tempDir();
  const config = path.join(top, 'git-fso.yml');
  const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(README) ?? [];
  writeFileSync(config, yaml.replace(/ \/(shadow|project)$/gm, ` ${top}/$1`));
  env = { GIT_FSO_CONFIG: config, TZ: 'UTC', PATH: `${programDirectory()}:${process.env['PATH'] ?? ''}` };
  buildTree(path.join(top, 'project'), { 'data/foo/raw': null, 'scratch/tmp': 'x' });
  write('README.md', 100, '2026-08-04T09:00Z');
  write('data/todo.txt', 30, '2026-08-04T09:00Z');
  write('data/foo/scan-1.tif', 3 * MIB, '2026-09-20T10:00Z');
  write('data/foo/scan-2.tif', 3 * MIB, '2026-09-21T10:00Z');
  write('data/foo/notes.txt', 120, '2026-09-21T11:00Z');
  write('data/bar/raw/a.csv', 40_000, '2026-08-03T09:00Z');
  write('data/bar/raw/b.csv', 41_000, '2026-08-04T09:00Z');
  write('data/bar/about.txt', 300, '2026-08-03T09:00Z');
  record('2026-10-01');
  write('data/foo/scan-3.tif', 5 * MIB, '2026-10-14T10:00Z');
  write('data/foo/notes.txt', 150, '2026-10-14T11:00Z');
  record('2026-10-15');
  renameSync(path.join(top, 'project/data/bar/raw'), path.join(top, 'project/data/foo/raw'));
  rmSync(path.join(top, 'project/data/foo/scan-2.tif'));
  record('2026-11-02');
});

/** What depends neither on the place of the test, nor on the day on which it runs. */
function comparable(text: string): string {
  return text
    .replaceAll(top, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    // What `list` tells of the last thirty days.
    .replace(/ {2,}\S+( [KMG]?i?B)?( +ok)$/gm, '  …$2')
    .replace(/ {2,}/g, '  ')
    .trimEnd();
}

test.each(ASKED)('README: $command', async ({ command, output }) => {
  const script = command.replace(/(?<![\w.])\/project\b/g, `${top}/project`);
  const options = { cwd: top, env: cleanEnvironment(env) };
  const { status, stdout, stderr } = await runProcess('bash', ['--norc', '-euo', 'pipefail', '-c', script], options);
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  expect(comparable(stdout.toString())).toBe(comparable(output));
});

test('README has questions, each with an answer', () => {
  expect(ASKED.length).toBeGreaterThan(10);
  expect(ASKED.filter(({ output }) => output.trim() === '')).toEqual([]);
});
