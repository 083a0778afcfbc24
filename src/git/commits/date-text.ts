/** A point in time with the offset from UTC in which it was given, as in a `Signature`. */
export interface GitDate {
  /** Seconds since 1970, UTC. */
  readonly seconds: number;
  /** For example `+0100`. */
  readonly timezone: string;
}

const INTERNAL = /^@?(\d+)(?: ([+-]\d{4}))?$/;
const ISO_8601 = /^(\d{4})[-./](\d\d)[-./](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const RFC_2822 = /^(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? ?(GMT|UTC|Z|[+-]\d{4})?$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Beyond this Git has no four-digit years; a number is then more likely milliseconds. */
const SECONDS_MAX = 253_402_300_799;

/** The date in the zone of this machine, now or then. */
export function localDate(date: Date): GitDate {
  return { seconds: Math.floor(date.getTime() / 1000), timezone: timezoneText(-date.getTimezoneOffset()) };
}

/**
 * Reads the date formats of git-commit(1), "DATE FORMATS": `<unix> <zone>`, `@<unix> <zone>`, ISO 8601
 * and RFC 2822. Without a zone the local one holds. Null if it is none of these.
 */
export function parseGitDate(text: string): GitDate | null {
  const trimmed = text.trim();
  const internal = INTERNAL.exec(trimmed);
  if (internal !== null) return fromUnix(Number(internal[1]), internal[2]);
  const iso = ISO_8601.exec(trimmed);
  if (iso !== null) return fromFields([iso[1], iso[2], iso[3], iso[4], iso[5], iso[6]], iso[7]);
  const rfc = RFC_2822.exec(trimmed);
  if (rfc === null) return null;
  const month = MONTHS.indexOf(rfc[2] ?? '') + 1;
  return fromFields([rfc[3], String(month), rfc[1], rfc[4], rfc[5], rfc[6]], rfc[7]);
}

function fromUnix(seconds: number, zone: string | undefined): GitDate | null {
  if (seconds > SECONDS_MAX) return null;
  const minutes = zone === undefined ? undefined : zoneMinutes(zone);
  if (minutes === null) return null;
  return minutes === undefined ? localDate(new Date(seconds * 1000)) : { seconds, timezone: timezoneText(minutes) };
}

function fromFields(fields: readonly (string | undefined)[], zone: string | undefined): GitDate | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map((field) => Number(field ?? 0));
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(time);
  // Date.UTC accepts the 31st of February and 25 o'clock, and counts on; and takes the year 99 for 1999.
  const isSame = back.getUTCFullYear() === year && back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  if (!isSame || back.getUTCHours() !== hour || minute > 59 || second > 59) return null;
  if (zone === undefined) {
    const local = localDate(new Date(year, month - 1, day, hour, minute, second));
    return local.seconds < 0 || local.seconds > SECONDS_MAX ? null : local;
  }
  const minutes = zoneMinutes(zone);
  const seconds = minutes === null ? -1 : time / 1000 - minutes * 60;
  return minutes === null || seconds < 0 || seconds > SECONDS_MAX ? null : { seconds, timezone: timezoneText(minutes) };
}

/** Minutes east of UTC; null if there is no such offset. */
function zoneMinutes(zone: string): number | null {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return 0;
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 14 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function timezoneText(minutes: number): string {
  const absolute = Math.abs(minutes);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(absolute / 60))}${pad(absolute % 60)}`;
}
