import type { Schedule } from './schedule.js';
import { nextDue } from './schedule.js';

/** How many times of a schedule are looked at for the shortest interval: those of a week, if it has one an hour. */
const TIMES = 168;

/** The shortest time between two times of a schedule, in milliseconds. */
export function shortestInterval(schedule: Schedule, now: Date, timeZone: string | null): number {
  if (schedule.kind === 'every') return schedule.intervalMs;
  let shortest = Number.POSITIVE_INFINITY;
  let before = nextDue(schedule, now, now, { timeZone });
  for (let count = 0; count < TIMES; count += 1) {
    const next = nextDue(schedule, before, before, { timeZone });
    shortest = Math.min(shortest, next.getTime() - before.getTime());
    before = next;
  }
  return shortest;
}
