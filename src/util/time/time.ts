function twoDigits(value: number): string {
  return String(Math.trunc(value)).padStart(2, '0');
}

/** Offset of local time from UTC, `+0100`; with `separator` `:`, `+01:00`. */
export function timezoneOf(date: Date, separator = ''): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  return `${sign}${twoDigits(Math.abs(minutes) / 60)}${separator}${twoDigits(Math.abs(minutes) % 60)}`;
}

/** Local time as ISO 8601 in whole seconds, with the offset: `2018-03-15T10:00:00+01:00`. */
export function localIsoTime(date: Date): string {
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${day}T${time}${timezoneOf(date, ':')}`;
}
