import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDue, parseSchedule } from '../../../src/rescan/schedule/schedule.js';

const at = (iso: string) => new Date(iso);
const next = (text: string, last: string, timeZone = 'UTC') => {
  return nextDue(parseSchedule(text), at(last), at('2100-01-01T00:00:00Z'), { timeZone }).toISOString().replace('.000Z', 'Z');
};

describe('texts', () => {
  test.each([
    ['daily 02:00', '0 2 * * *'],
    ['Sun 03:00', '0 3 * * 0'],
    ['sunday 3:05', '5 3 * * 0'],
    ['Mon-Fri 22:00', '0 22 * * 1,2,3,4,5'],
    ['Fri-Mon 22:00', '0 22 * * 0,1,5,6'],
    ['Mon,Thu 22:00', '0 22 * * 1,4'],
    ['  0 3   * * 0 ', '0 3 * * 0'],
    ['*/15 8-18 * * MON-FRI', '*/15 8-18 * * MON-FRI'],
  ])('%j is %j in cron', (text, cron) => {
    expect(parseSchedule(text)).toEqual({ kind: 'times', text, cron });
  });

  test.each([
    ['every 6h', 6 * 3_600_000],
    ['every 90m', 5_400_000],
    ['Every 1w', 604_800_000],
  ])('%j is an interval', (text, intervalMs) => {
    expect(parseSchedule(text)).toEqual({ kind: 'every', text, intervalMs });
  });

  test.each([
    ['', /^"" is not a schedule; allowed: "every 6h", "daily 02:00", "Sun 03:00", "Mon-Fri 22:00"/],
    ['hourly', /is not a schedule; allowed/],
    ['every 6', /the interval needs a number and a unit/],
    ['every 6 h', /is not a schedule; allowed/],
    ['every 30s', /the interval needs/],
    ['every 0m', /the shortest interval is 1m/],
    ['daily 24:00', /"24:00" is not a time of day/],
    ['daily 2', /"2" is not a time of day/],
    ['Foo 03:00', /"Foo" is not a day of the week/],
    ['Su 03:00', /"Su" is not a day of the week/],
    ['Mon-Wed-Fri 03:00', /"Mon-Wed-Fri" is not a range of days/],
    ['61 * * * *', /Invalid value for minute: 61/],
    ['0 0 30 2 *', /such a date never comes/],
    ['? 3 * * *', /write \* instead of \?/],
    ['0 0 3 * * *', /is not a schedule; allowed/],
    ['@daily', /is not a schedule; allowed/],
  ])('%j is refused', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(message);
  });
});

describe('when something is due', () => {
  const now = at('2026-03-15T10:00:00Z');
  const schedules = ['every 6h', 'Sun 03:00', '0 3 * * *'].map(parseSchedule);

  test('what was never done, or done in the future, is due now', () => {
    for (const schedule of schedules) {
      expect(nextDue(schedule, null, now, { jitterSeconds: 3600, jitterKey: 'x' })).toEqual(now);
      expect(nextDue(schedule, at('2027-01-01T00:00:00Z'), now)).toEqual(now);
    }
  });

  test('an interval counts from the last success', () => {
    expect(next('every 6h', '2026-03-15T05:30:00Z')).toBe('2026-03-15T11:30:00Z');
  });

  test('the time of day that follows the last success', () => {
    expect(next('daily 02:00', '2026-03-15T01:59:59Z')).toBe('2026-03-15T02:00:00Z');
    expect(next('daily 02:00', '2026-03-15T02:00:00Z')).toBe('2026-03-16T02:00:00Z');
    expect(next('Mon-Fri 22:00', '2026-03-13T23:00:00Z')).toBe('2026-03-16T22:00:00Z');
  });

  test('in the time zone of the configuration', () => {
    expect(next('daily 02:00', '2026-01-15T12:00:00Z', 'Europe/Berlin')).toBe('2026-01-16T01:00:00Z');
    expect(next('daily 02:00', '2026-07-15T12:00:00Z', 'Europe/Berlin')).toBe('2026-07-16T00:00:00Z');
    expect(next('Sun 23:00', '2026-07-15T12:00:00Z', 'America/New_York')).toBe('2026-07-20T03:00:00Z');
  });

  test('a time that the clock change leaves out is due right behind the gap', () => {
    expect(next('daily 02:30', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:00:00Z');
    expect(next('daily 02:30', '2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00Z');
  });

  test('a time that the clock change repeats is due once', () => {
    expect(next('daily 02:30', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
    expect(next('daily 02:30', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30:00Z');
  });

  test('many missed times are made up for once', () => {
    const schedule = parseSchedule('daily 02:00');
    const due = nextDue(schedule, at('2026-03-01T02:00:00Z'), now, { timeZone: 'UTC' });
    expect(due <= now).toBe(true);
    expect(nextDue(schedule, now, now, { timeZone: 'UTC' })).toEqual(at('2026-03-16T02:00:00Z'));
  });
});

describe('jitter', () => {
  const options = (jitterKey: string) => ({ timeZone: 'UTC', jitterSeconds: 3600, jitterKey });
  const daily = parseSchedule('daily 02:00');
  const last = at('2026-03-15T10:00:00Z');
  const dueOf = (key: string) => nextDue(daily, last, at('2100-01-01T00:00:00Z'), options(key));

  test('is the same each time, and spreads repos over its length', () => {
    const delays = Array.from({ length: 200 }, (_, index) => dueOf(`/repo/${index}`).getTime() - at('2026-03-16T02:00:00Z').getTime());
    expect(dueOf('/repo/1')).toEqual(dueOf('/repo/1'));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(3_600_000);
    for (const quarter of [0, 1, 2, 3]) {
      expect(delays.filter((delay) => Math.floor(delay / 900_000) === quarter).length).toBeGreaterThan(25);
    }
  });

  test('never makes a repo due twice for one time', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 90_000 }), (jitterKey, jitterSeconds) => {
        const jittered = { timeZone: 'UTC', jitterSeconds, jitterKey };
        const first = nextDue(daily, last, at('2100-01-01T00:00:00Z'), jittered);
        const second = nextDue(daily, first, at('2100-01-01T00:00:00Z'), jittered);
        expect(second.getTime() - first.getTime()).toBe(86_400_000);
      }),
    );
  });
});

test('times of the week agree with a search through all minutes', () => {
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const minute = 60_000;
  fc.assert(
    fc.property(
      fc.nat(6), fc.nat(6), fc.nat(23), fc.nat(59),
      fc.date({ min: at('2000-01-01T00:00:00Z'), max: at('2050-01-01T00:00:00Z'), noInvalidDate: true }),
      (from, to, hour, minutes, last) => {
        const text = `${days[from]}-${days[to]} ${hour}:${String(minutes).padStart(2, '0')}`;
        const isDay = (day: number) => (from <= to ? day >= from && day <= to : day >= from || day <= to);
        let expected = Math.floor(last.getTime() / minute) * minute + minute;
        while (true) {
          const time = new Date(expected);
          if (isDay(time.getUTCDay()) && time.getUTCHours() === hour && time.getUTCMinutes() === minutes) break;
          expected += minute;
        }
        expect(nextDue(parseSchedule(text), last, at('2100-01-01T00:00:00Z'), { timeZone: 'UTC' }).getTime()).toBe(expected);
      },
    ),
    { numRuns: 200 },
  );
});
