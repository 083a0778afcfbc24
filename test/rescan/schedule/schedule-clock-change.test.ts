import { expect, test } from 'vitest';
import { nextDue, parseSchedule } from '../../../src/rescan/schedule/schedule.js';

/** The next times after a moment, in local time with the offset in hours, as `29 03:00+2`. */
function times(text: string, timeZone: string, after: string, count: number): string[] {
  const schedule = parseSchedule(text);
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  });
  let at = new Date(after);
  return Array.from({ length: count }, () => {
    at = nextDue(schedule, at, at, { timeZone });
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts.get('day')} ${parts.get('hour')}:${parts.get('minute')}${(parts.get('timeZoneName') ?? '').replace('GMT', '')}`;
  });
}

test.each([
  // 02:00 to 03:00 is left out on the 29th.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T22:30:00Z', ['29 03:00+2', '30 02:30+2']],
  ['0 1,2,3 * * *', 'Europe/Berlin', '2026-03-28T22:30:00Z', ['29 01:00+1', '29 03:00+2', '30 01:00+2', '30 02:00+2']],
  ['0 */2 * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', ['29 04:00+2', '29 06:00+2']],
  ['30 2,4 * * *', 'Europe/Berlin', '2026-03-28T22:30:00Z', ['29 04:30+2', '30 02:30+2']],
  // 02:00 to 03:00 is there twice on the 25th.
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', ['25 02:30+2', '26 02:30+1']],
  ['0 1,2,3 * * *', 'Europe/Berlin', '2026-10-24T21:30:00Z', ['25 01:00+2', '25 02:00+2', '25 02:00+1', '25 03:00+1', '26 01:00+1']],
  ['0 */2 * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', ['25 02:00+2', '25 02:00+1', '25 04:00+1']],
  // The other half of the world, and half an hour.
  ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', ['04 02:30+11', '05 02:15+11']],
])('%s in %s after %s', (text, zone, after, expected) => {
  expect(times(text, zone, after, expected.length)).toEqual(expected);
});
