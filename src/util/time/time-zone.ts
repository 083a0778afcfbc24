/** True for IANA names of time zones that are known here, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The name of the time zone of this process. */
export function currentZone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
}
