import { formatBytes } from '../../util/text/format-bytes.js';
import { localIsoTime } from '../../util/time/time.js';

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const MINUTE_LENGTH = 'YYYY-MM-DDThh:mm'.length;
/** What a Date can hold. */
const SECONDS_MAX = 8_000_000_000_000;

/** A day in local time, or a dash. @param seconds since 1970 */
export function formatDay(seconds: number | null): string {
  if (seconds === null || Math.abs(seconds) > SECONDS_MAX) return '–';
  return localIsoTime(new Date(seconds * 1000)).slice(0, DAY_LENGTH);
}

/** A minute in local time. @param seconds since 1970 */
export function formatMinute(seconds: number): string {
  return localIsoTime(new Date(seconds * 1000)).slice(0, MINUTE_LENGTH).replace('T', ' ');
}

/** By how many bytes something has changed, with its sign. */
export function formatChange(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`.replace('-', '−');
}
