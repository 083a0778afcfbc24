import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { fso, tempDir } from '../harness/index.js';

const LONG_AGO = 1_600_000_000;

let top: string;

const file = (name: string): string => path.join(top, 'root', name);
const run = (...args: string[]): ReturnType<typeof fso> => fso(args, { cwd: top, env: { GIT_FSO_CONFIG: path.join(top, 'fso.yml') } });
const lines = (text: string): Record<string, unknown>[] =>
  text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);

function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(file(name)), { recursive: true });
  fs.writeFileSync(file(name), text);
  fs.utimesSync(file(name), LONG_AGO, LONG_AGO);
}

const metric = (name: string): number =>
  Number(new RegExp(`^git_fso_${name}\\{.*\\} (.*)$`, 'm').exec(fs.readFileSync(path.join(top, 'metrics.prom'), 'utf8'))?.[1]);

const told = (): string[] =>
  lines(fs.readFileSync(path.join(top, 'told'), 'utf8')).map(({ facet, added, deleted }) => `${facet} ${added} ${deleted}`);

beforeEach(async () => {
  top = tempDir();
  write('one/a', 'content of a');
  write('one/b', 'content of b');
  write('two/copy', 'content of b');
  fs.writeFileSync(path.join(top, 'told'), '');
  fs.writeFileSync(
    path.join(top, 'fso.yml'),
    `shadow: ${top}/shadow
metrics: { textfile: ${top}/metrics.prom }
roots:
  - path: ${top}/root
    facets: [stat, sha, verify]
    verifyLimit: { bytes: 1k }
    verifyCycle: 1d
    schedule: { stat: every 1d, sha: every 1d, verify: every 1d }
    onChange: [{ shell: "cat >>${top}/told" }]
`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(run('rescan').status).toBe(0);
});

it('a rescan finds a rewritten file, makes a problem of it, tells it once, and forgets it when it is accepted', () => {
  write('one/b', 'CONTENT of b');
  const found = run('rescan', '--json');
  expect(found.status).toBe(5);
  expect(lines(found.stdout).at(-1)).toMatchObject({ type: 'summary', findings: 1, changed: 1, failed: 0 });
  expect(run('rescan').status).toBe(5);
  expect(told().filter((line) => line.startsWith('verify'))).toEqual([expect.stringMatching(/^verify (null|1) (null|0)$/)]);
  expect([metric('corrupt_files'), metric('rewritten_files')]).toEqual([0, 1]);
  expect(metric('round_verified_bytes')).toBe(36);
  expect(metric('verify_oldest_timestamp_seconds')).toBeGreaterThan(LONG_AGO);
  expect(run('list', '--problems').stdout).toContain('rewritten: b has not the bytes that are recorded');
  const [finding] = lines(run('verify', '--findings', '--json').stdout);
  const copies = [{ path: file('two/copy') }];
  expect(finding).toMatchObject({ type: 'integrity', path: file('one/b'), class: 'rewritten', size: 12, copies });
  expect(run('verify', '--accept', 'root/one')).toMatchObject({ status: 0, stdout: `accepted ${file('one/b')}\n` });
  expect(run('list', '--problems').stdout).toBe('no problems\n');
  expect(run('rescan').status).toBe(0);
  expect(metric('rewritten_files')).toBe(0);
});

it('verify is about the paths that are named, and all that is recorded without any', () => {
  write('one/b', 'CONTENT of b');
  expect(run('verify', 'root/two')).toMatchObject({ status: 0, stdout: `${file('two')}: 1 intact (12 B read)\n` });
  expect(run('verify', 'root/one/a').status).toBe(0);
  expect(run('verify').status).toBe(5);
  expect(run('verify', 'root/one/a').status).toBe(0);
  expect(run('verify', '--status', '--json').status).toBe(5);
  expect(lines(run('verify', '--status', '--json').stdout)).toMatchObject([
    { type: 'verify-status', path: path.join(top, 'root'), repos: 2, files: 3, bytes: 36, never: { files: 0 }, rewritten: 1, uncovered: 0 },
  ]);
});

it('a budget goes on with the repo whose round began first', async () => {
  // Times are in seconds: by now, the rounds of both have begun before.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const one = [`${file('one')}: 1 intact (12 B read), to be continued\n`, `${file('one')}: 1 intact (12 B read)\n`];
  const two = `${file('two')}: 1 intact (12 B read)\n`;
  const runs = Array.from({ length: 3 }, () => run('verify', '--bytes', '1').stdout);
  // Which round began first in the rescan depends on how busy the machine is.
  expect([[...one, two], [two, ...one]]).toContainEqual(runs);
});

it('doctor tells that a round takes longer than it is to', () => {
  write('one/big', 'x'.repeat(5000));
  write('one/other', 'y'.repeat(5000));
  expect(run('rescan').status).toBe(0);
  expect(run('doctor').stdout).toContain('verify reads all in');
});

it.each([
  [['--accept'], '--accept needs the paths'],
  [['--status', '--findings'], 'exclude each other'],
  [['--findings', '--time', '1h'], 'exclude each other'],
  [['--base', '/'], '--base is for --from only'],
  [['--bytes', '0'], 'must be more than 0'],
])('verify %j is wrong usage', (args, message) => {
  const { status, stderr } = run('verify', ...args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

it('verify --from compares with a list, by the time at which that was written, and records nothing', () => {
  const list = fso(['sha256sum', path.join(top, 'root')], { cwd: top, env: { GIT_FSO_CONFIG: path.join(top, 'fso.yml') } }).stdout;
  fs.writeFileSync(path.join(top, 'SUMS'), `${list}${'0'.repeat(32)}  ${file('one/gone')}\n`);
  const now = Date.now() / 1000;
  fs.utimesSync(path.join(top, 'SUMS'), now - 100, now - 100);
  write('one/a', 'CONTENT of a');
  fs.writeFileSync(file('one/b'), 'new');
  write('two/extra', '');
  const { status, stdout } = run('verify', '--from', 'SUMS', '--base', 'root', '--json');
  expect(status).toBe(5);
  expect(lines(stdout)).toMatchObject([
    { class: 'rewritten', path: file('one/a'), algorithm: 'sha256' },
    { class: 'changed', path: file('one/b') },
    { class: 'missing', path: file('one/gone'), algorithm: 'md5' },
    { class: 'extra', path: file('two/extra') },
    { type: 'total', intact: 1, rewritten: 1, changed: 1, missing: 1, extra: 1 },
  ]);
  expect(run('verify', '--from', 'nowhere').status).toBe(2);
  fs.truncateSync(path.join(top, 'SUMS'), 300 * 1024 * 1024);
  expect(run('verify', '--from', 'SUMS').stderr).toMatch(/SUMS: is larger than 256 MiB/);
});
