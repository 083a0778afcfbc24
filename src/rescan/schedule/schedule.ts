import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { UsageError } from '../../util/errors.js';
import { parseDuration } from '../../util/time/durations.js';

/** When a facet of a repo is due. */
export type Schedule =
  | { readonly kind: 'every'; readonly text: string; readonly intervalMs: number }
  /** `cron` has five fields. */
  | { readonly kind: 'times'; readonly text: string; readonly cron: string };

/** How schedules are applied to one repo. */
export interface DueOptions {
  /** IANA name; the time zone of the process if it is not given. */
  readonly timeZone?: string | null;
  /** Repos are due up to this much later than the schedule says, each always by the same amount. */
  readonly jitterSeconds?: number;
  /** What tells the repos apart that the jitter spreads, for example the realdir. */
  readonly jitterKey?: string;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const SHORTEST_INTERVAL_MS = 60_000;
const CRON_FIELDS = 5;
const ALLOWED =
  'allowed: "every 6h", "daily 02:00", "Sun 03:00", "Mon-Fri 22:00", "Mon,Thu 22:00", or the five fields of cron, such as "0 3 * * 0"';

function fail(text: string, reason?: string): never {
  throw new UsageError(`${JSON.stringify(text)} is not a schedule${reason === undefined ? '' : ` (${reason})`}; ${ALLOWED}`);
}

/** @throws UsageError that names the allowed forms */
export function parseSchedule(text: string): Schedule {
  const words = text.trim().split(/\s+/);
  const [first = '', second = ''] = words;
  if (first.toLowerCase() === 'every' && words.length === 2) return { kind: 'every', text, intervalMs: parseInterval(text, second) };
  if (words.length === 2) return { kind: 'times', text, cron: `${parseTime(text, second)} * * ${parseDays(text, first)}` };
  if (words.length !== CRON_FIELDS) return fail(text);
  const cron = words.join(' ');
  checkCron(text, cron);
  return { kind: 'times', text, cron };
}

function parseInterval(text: string, interval: string): number {
  if (!/^\d+(\.\d+)?[mhdw]$/.test(interval)) return fail(text, 'the interval needs a number and a unit: m, h, d or w');
  const milliseconds = parseDuration(interval);
  return milliseconds >= SHORTEST_INTERVAL_MS ? milliseconds : fail(text, 'the shortest interval is 1m');
}

/** Minute and hour as in cron. */
function parseTime(text: string, time: string): string {
  const match = /^(\d{1,2}):(\d{2})$/.exec(time);
  const hour = Number(match?.[1]);
  const minute = Number(match?.[2]);
  return hour < 24 && minute < 60 ? `${minute} ${hour}` : fail(text, `${JSON.stringify(time)} is not a time of day`);
}

/** Days of the week as in cron. */
function parseDays(text: string, days: string): string {
  if (days.toLowerCase() === 'daily') return '*';
  const selected = new Set<number>();
  for (const part of days.split(',')) {
    const [from = '', to = from, ...others] = part.split('-');
    const last = parseDay(text, to);
    if (others.length > 0) return fail(text, `${JSON.stringify(part)} is not a range of days`);
    for (let day = parseDay(text, from); ; day = (day + 1) % DAYS.length) {
      selected.add(day);
      if (day === last) break;
    }
  }
  return [...selected].sort().join(',');
}

function parseDay(text: string, name: string): number {
  const day = name.length < 3 ? -1 : DAYS.findIndex((full) => full.startsWith(name.toLowerCase()));
  return day < 0 ? fail(text, `${JSON.stringify(name)} is not a day of the week`) : day;
}

function checkCron(text: string, cron: string): void {
  // Stands for the time at which the pattern is read, which is never the same.
  if (cron.includes('?')) fail(text, 'write * instead of ?');
  let next: Date | null;
  try {
    next = new Cron(cron, { mode: '5-part' }).nextRun();
  } catch (error) {
    return fail(text, error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error));
  }
  if (next === null) fail(text, 'such a date never comes');
}

/**
 * When something is due that was last done at `lastSuccess`; it is due now if that is not after
 * `now`. What was never done is due now. A time that was missed is made up for once, as soon as
 * possible. A single time of day comes once a day also when clocks change: where it is left out, at the first moment after
 * the gap; where it is repeated, the first time. Of a pattern with several times of day, those that are left out
 * do not come, since the next one does, and those that are repeated come twice.
 */
export function nextDue(schedule: Schedule, lastSuccess: Date | null, now: Date, options: DueOptions = {}): Date {
  // A success in the future means that a clock was wrong: trusting it would wait for too long.
  if (lastSuccess === null || lastSuccess > now) return now;
  const jitterMs = Math.floor(fractionOf(options.jitterKey ?? '') * (options.jitterSeconds ?? 0) * 1000);
  if (schedule.kind === 'every') return new Date(lastSuccess.getTime() + schedule.intervalMs + jitterMs);
  const slot = cronOf(schedule.cron, options.timeZone ?? null).nextRun(new Date(lastSuccess.getTime() - jitterMs));
  if (slot === null) throw new UsageError(`schedule ${JSON.stringify(schedule.text)}: no such time after ${lastSuccess.toISOString()}`);
  return new Date(slot.getTime() + jitterMs);
}

const crons = new Map<string, Cron>();

/** Parsing takes longer than asking; a configuration has few schedules, though many repos ask. */
function cronOf(pattern: string, timeZone: string | null): Cron {
  const key = `${pattern} ${timeZone ?? ''}`;
  const cron = crons.get(key) ?? new Cron(pattern, { mode: '5-part', ...(timeZone !== null && { timezone: timeZone }) });
  crons.set(key, cron);
  return cron;
}

/** A number from 0 to below 1 that follows from the key and is spread evenly over keys. */
function fractionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
}
