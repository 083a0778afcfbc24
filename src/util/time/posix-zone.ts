/** The rule of a time zone that is described rather than named: tzset(3), "std offset dst [offset],start[/time],end[/time]". */

const NAME = String.raw`(?:<[+-]?[A-Za-z0-9+-]{2,}>|[A-Za-z]{3,})`;
const TIME = String.raw`([+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?)`;
const DAY = String.raw`(M\d{1,2}\.\d\.\d|J?\d{1,3})(?:/${TIME})?`;
const ZONE = new RegExp(`^${NAME}${TIME}(?:${NAME}${TIME}?(?:,${DAY},${DAY})?)?$`);
const HAS_SUMMER = new RegExp(`^${NAME}${TIME}${NAME}`);
/** What glibc takes where no dates are given: those of the USA. */
const USUAL_DAYS = ['M3.2.0', 'M11.1.0'] as const;
const HOUR = 3600;
const USUAL_TIME = 2 * HOUR;

function seconds(time: string | undefined): number | null {
  if (time === undefined) return null;
  const [hours = 0, minutes = 0, rest = 0] = time.replace(/^[+-]/, '').split(':').map(Number);
  return (time.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * 60 + rest);
}

/**
 * The rule of a description, without the abbreviations, so that equal rules have equal texts: offsets are seconds west of
 * UTC, as in the description. Null if it is none.
 */
export function posixRule(text: string): string | null {
  const match = ZONE.exec(text);
  if (match === null) return null;
  const [, standard, summer, startDay = USUAL_DAYS[0], startTime, endDay = USUAL_DAYS[1], endTime] = match;
  const offset = seconds(standard) ?? 0;
  if (!HAS_SUMMER.test(text)) return String(offset);
  const parts = [
    offset,
    seconds(summer) ?? offset - HOUR,
    startDay,
    seconds(startTime) ?? USUAL_TIME,
    endDay,
    seconds(endTime) ?? USUAL_TIME,
  ];
  return parts.join(' ');
}

/** The named zone of a rule that knows whole hours only; null for others. */
export function fixedZone(rule: string): string | null {
  const hours = Number(rule) / HOUR;
  if (!Number.isInteger(hours) || hours < -14 || hours > 12) return null;
  // As in the description, west is positive.
  return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;
}
