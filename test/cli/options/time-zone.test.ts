import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git, tempDir } from '../../harness/index.js';
import { posixRule } from '../../../src/util/time/posix-zone.js';
import { zoneNameOf } from '../../../src/util/time/system-zone.js';

const DIRECTORY = '/usr/share/zoneinfo';
const hasZones = existsSync(`${DIRECTORY}/Europe/Berlin`);
const FILES = { directory: DIRECTORY, localTime: '/etc/localtime' };
/** Days in both halves of the year, in summer and winter time of both hemispheres, and changes of the clock. */
const MOMENTS = [2026, 2027].flatMap((year) =>
  [1, 3, 4, 6, 7, 10, 11, 12].flatMap((month) => [1, 15, 30].map((day) => Date.UTC(year, month - 1, day, 1, 30))),
);

/** Offsets from UTC as libc has them, by date(1). */
function offsetsOfLibc(tz: string): string[] {
  const input = MOMENTS.map((ms) => `@${ms / 1000}`).join('\n');
  return execFileSync('date', ['-f', '-', '+%z'], { input, encoding: 'utf8', env: { ...process.env, TZ: tz } }).trim().split('\n');
}

function offsetsOf(timeZone: string): string[] {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return MOMENTS.map((ms) => {
    const text = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return text === 'GMT' ? '+0000' : text.replace(/^GMT|:/g, '');
  });
}

const FORMS = [
  'Europe/Berlin',
  ':Europe/Berlin',
  ':/etc/localtime',
  '/etc/localtime',
  `${DIRECTORY}/Europe/Berlin`,
  `:${DIRECTORY}/America/New_York`,
  'posix/Asia/Kolkata',
  'CET-1CEST,M3.5.0,M10.5.0/3',
  'EST5EDT',
  'EST5EDT,M3.2.0,M11.1.0',
  'AEST-10AEDT,M10.1.0,M4.1.0/3',
  '<+03>-3',
  'UTC0',
  'UTC',
  '',
  ':',
  'IST-5:30',
  '<-02>2<-01>,M3.5.0/-1,M10.5.0/0',
  'Mars/Base',
  '/nonexistent',
  'garbage!',
  'CET',
  'XYZ12',
];

describe.skipIf(!hasZones)('the time zone of TZ (needs tzdata)', () => {
  it.each(FORMS)('%s is that of libc', (tz) => {
    expect(offsetsOf(zoneNameOf(tz, FILES))).toEqual(offsetsOfLibc(tz));
  });

  it('is refused where no zone has its rule', () => {
    expect(() => zoneNameOf('AAA-1BBB,M2.1.0,M12.1.0', FILES)).toThrow(/^TZ=AAA-1BBB,.*not known here$/);
    const result = fso(['config', 'check', '--config', '/nonexistent'], { cwd: '/', env: { TZ: 'XXX-0:07' } });
    expect(result).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^git-fso: TZ=XXX-0:07: .*\n {2}set TZ to a name such as Europe\/Berlin\n$/),
    });
  });

  it('comes from /etc/localtime where TZ is not set, also from a copy', () => {
    const copy = path.join(tempDir(), 'localtime');
    copyFileSync(`${DIRECTORY}/Europe/Berlin`, copy);
    expect(offsetsOf(zoneNameOf(undefined, { directory: DIRECTORY, localTime: copy }))).toEqual(offsetsOfLibc('Europe/Berlin'));
    expect(zoneNameOf(undefined, { directory: DIRECTORY, localTime: `${copy}-gone` })).toBe('UTC');
    // Without descriptions, Node's own are better than none.
    expect(zoneNameOf('Europe/Berlin', { directory: '/nonexistent', localTime: copy })).toBe('Europe/Berlin');
  });

  it('is that of commits, schedules and doctor', () => {
    const top = tempDir();
    mkdirSync(path.join(top, 'project/a'), { recursive: true });
    const config = path.join(top, 'c.yml');
    writeFileSync(
      config,
      `shadow: ${top}/shadow\nroots:\n  - path: ${top}/project\n    facets: [stat]\n    schedule: { stat: "daily 02:00" }\n`,
    );
    const env = { TZ: ':/usr/share/zoneinfo/Europe/Berlin', GIT_AUTHOR_DATE: undefined, GIT_COMMITTER_DATE: undefined };
    expect(fso(['rescan', '--config', config], { cwd: top, env }).status).toBe(0);
    const [repo = ''] = execFileSync('find', [path.join(top, 'shadow'), '-name', '*.fso'], { encoding: 'utf8' }).split('\n');
    const committed = git(['log', '-1', '--format=%cd', '--date=format:%z', 'master-stat'], repo);
    const libc = execFileSync('date', ['+%z'], { encoding: 'utf8', env: cleanEnvironment(env) }).trim();
    expect(committed).toBe(libc);
    const due = fso(['list', '--due', '--config', config], { cwd: top, env }).stdout;
    expect(due).toMatch(/T02:00:00\+0[12]:00/);
    expect(fso(['doctor', '--config', config], { cwd: top, env }).stdout).toMatch(
      /^times of schedules are those of Europe\/Berlin, the time zone of the system\n/,
    );
    expect(fso(['config', 'check', '--config', config], { cwd: top, env }).stdout).toContain('time zone: Europe/Berlin, of the system\n');
  });
});

test('a rule is the same however it is written', () => {
  expect(posixRule('CET-1CEST,M3.5.0,M10.5.0/3')).toBe(posixRule('<AAA>-01:00<BBB>-2,M3.5.0/2:00:00,M10.5.0/3'));
  expect(posixRule('Europe/Berlin')).toBeNull();
});

test('a FIFO that TZ names is not waited for', ({ skip }) => {
  const fifo = path.join(tempDir(), 'fifo');
  skip(spawnSync('mkfifo', [fifo]).status !== 0, 'needs mkfifo');
  // It would wait in the system, where no SIGTERM of the harness is heard.
  const { status } = spawnSync('timeout', ['-s', 'KILL', '30', ...fsoCommand(), '--version'], {
    env: cleanEnvironment({ TZ: `:${fifo}` }),
  });
  expect(status).not.toBe(137);
  expect(status).not.toBeNull();
});
