import type { Signature } from '../../git/commits/signature.js';
import { timezoneOf } from '../../util/time/time.js';

/** The calendar repeats after 400 years, weekdays included. */
const CYCLE_YEARS = 400;
const CYCLE_SECONDS = 146_097n * 86_400n;
/** Less than what a Date can hold, so that shifting by the zone stays possible. */
const DATE_SECONDS_MAX = 8_000_000_000_000;

/** A date at the same place in its cycle as a time that may be out of range, and the years between them. */
function inRange(seconds: number | bigint): { readonly date: Date; readonly years: number } {
  if (seconds <= DATE_SECONDS_MAX && seconds >= -DATE_SECONDS_MAX) return { date: new Date(Number(seconds) * 1000), years: 0 };
  const cycles = BigInt(seconds) / CYCLE_SECONDS;
  return { date: new Date(Number(BigInt(seconds) - cycles * CYCLE_SECONDS) * 1000), years: Number(cycles) * CYCLE_YEARS };
}

function isoText(year: number, ...fields: readonly number[]): string {
  const [month, day, hours, minutes, seconds] = fields.map((field) => String(field).padStart(2, '0'));
  return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}-${month}-${day}T${hours}:${minutes}:${seconds}`;
}

/**
 * Seconds since 1970 as local time in the form of RFC 3339: `2017-07-14T04:40:00+02:00`, with `Z` for
 * UTC. Any number will do: filesystems hold times beyond the range of a Date.
 */
export function rfc3339(seconds: number | bigint): string {
  const { date, years } = inRange(seconds);
  // The offset is in whole minutes, though old zones have seconds: so the fields must come from the Date.
  const time = isoText(
    date.getFullYear() + years, date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds());
  return time + (date.getTimezoneOffset() === 0 ? 'Z' : timezoneOf(date, ':'));
}

/** The date of an author or committer in strict ISO 8601, in its own zone, as `git log --format=%aI` prints it. */
export function strictIsoDate({ seconds, timezone }: Signature): string {
  const [, sign = '+', hours = '00', minutes = '00'] = /^([+-])(\d\d)(\d\d)$/.exec(timezone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
  const { date, years } = inRange((Number.isSafeInteger(seconds) ? seconds : 0) + offset);
  const time = isoText(
    date.getUTCFullYear() + years, date.getUTCMonth() + 1, date.getUTCDate(),
    date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
  return `${time}${sign}${hours}:${minutes}`;
}
