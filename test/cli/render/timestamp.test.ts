import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { rfc3339, strictIsoDate } from '../../../src/cli/render/timestamp.js';
import { git } from '../../harness/index.js';
import { RecordedRepository } from '../../history/recorded-tree.js';

const originalZone = process.env['TZ'];

afterEach(() => {
  if (originalZone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = originalZone;
});

function inZone(zone: string, seconds: number | bigint): string {
  process.env['TZ'] = zone;
  return rfc3339(seconds);
}

describe('rfc3339', () => {
  test('is local time, with Z where that is UTC', () => {
    expect(inZone('UTC', 1_500_000_000)).toBe('2017-07-14T02:40:00Z');
    expect(inZone('Europe/Berlin', 1_500_000_000)).toBe('2017-07-14T04:40:00+02:00');
    expect(inZone('Europe/London', 1_520_000_000)).toBe('2018-03-02T14:13:20Z');
    expect(inZone('UTC', -1)).toBe('1969-12-31T23:59:59Z');
    expect(inZone('UTC', 253_402_300_799)).toBe('9999-12-31T23:59:59Z');
    expect(inZone('UTC', -62_135_596_800)).toBe('0001-01-01T00:00:00Z');
  });

  test('knows times that are beyond a Date', () => {
    expect(inZone('UTC', 9_000_000_000_000_000n)).toBe('285200616-07-24T16:00:00Z');
    expect(inZone('UTC', -90_000_000_000_000)).toBe('-2850017-07-15T08:00:00Z');
    expect(inZone('UTC', 2n ** 63n - 1n)).toBe('292277026596-12-04T15:30:07Z');
  });

  test.each(['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Africa/Monrovia'])('agrees with date(1) in %s', (zone) => {
    const range = { min: -100_000_000_000n, max: 100_000_000_000n };
    const seconds = fc.sample(
      fc.oneof(fc.bigInt(range), fc.bigInt({ min: 0n, max: 3_000_000_000n }), fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n })),
      300,
    );
    const input = seconds.map((value) => `@${value}\n`).join('');
    const output = execFileSync('date', ['-f', '-', '+%Y-%m-%dT%H:%M:%S%:z'], { input, env: { ...process.env, TZ: zone } }).toString();
    // date(1) has signs and widths of its own for years of less than four digits, and zones change their rules in the far future.
    const lines = output.trimEnd().split('\n').map((line) => line.replace('+00:00', 'Z'));
    const pairs = seconds.map((value, index) => [inZone(zone, value), lines[index] ?? ''] as const);
    const ordinary = pairs.filter(([, line]) => /^(1[7-9]|20[0-2])\d\d-/.test(line) || zone === 'UTC');
    for (const [ours, theirs] of ordinary.filter(([, line]) => /^-?[1-9]\d{3,}-/.test(line))) expect(ours).toBe(theirs);
    expect(ordinary.length).toBeGreaterThan(10);
  });
});

describe('strictIsoDate', () => {
  test('is what Git prints', () => {
    const repository = new RecordedRepository();
    repository.record('master', { a: '' });
    for (const [seconds, timezone] of [[1_500_000_000, '+0545'], [100_000, '-0330'], [0, '+0200'], [4_000_000_000, '-1100']] as const) {
      const env = { GIT_AUTHOR_DATE: `@${seconds} ${timezone}` };
      git(['update-ref', 'refs/heads/master', git(['commit-tree', '-m', 'x', 'master^{tree}'], repository.dir, { env })], repository.dir);
      const printed = git(['log', '-1', '--format=%aI', 'master'], repository.dir);
      expect(strictIsoDate({ name: '', email: '', seconds, timezone })).toBe(printed);
    }
  });

  test('survives dates that make no sense', () => {
    const date = (seconds: number, timezone: string): string => strictIsoDate({ name: '', email: '', seconds, timezone });
    expect(date(0, 'nonsense')).toBe('1970-01-01T00:00:00+00:00');
    expect(date(Number.POSITIVE_INFINITY, '+0100')).toBe('1970-01-01T01:00:00+01:00');
    expect(date(Number.MAX_SAFE_INTEGER, '-9999')).toMatch(/^\d{9}-\d\d-\d\dT/);
  });
});
