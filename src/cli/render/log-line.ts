import { fstatSync } from 'node:fs';
import { localIsoTime } from '../../util/time/time.js';
import type { Line } from './rescan/rescan-text.js';

const PRIORITY = { error: '<3>', warning: '<4>', info: '<6>' } as const;

const STDERR = 2;

/** True if standard error goes to the journal of systemd: systemd.exec(5), JOURNAL_STREAM. */
export function isJournal(env: Readonly<Record<string, string | undefined>>): boolean {
  const stream = env['JOURNAL_STREAM'];
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(STDERR, { bigint: true });
  return stream === `${dev}:${ino}`;
}

/** A line of a log. The journal knows the time, and is told the priority, sd-daemon(3); others need the time. */
export function logLine({ text, isError }: Line, now: Date, journal: boolean): string {
  if (!journal) return `${localIsoTime(now)} ${text}\n`;
  const level = !isError ? 'info' : text.startsWith('failed') ? 'error' : 'warning';
  return `${PRIORITY[level]}${text}\n`;
}
