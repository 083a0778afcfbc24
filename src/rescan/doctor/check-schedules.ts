import { readRunMark } from '../../shadow/run-marks.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { formatDuration } from '../../util/durations.js';
import { localIsoTime } from '../../util/time.js';
import type { PlannedRepo } from '../plan.js';
import type { Schedule } from '../schedule.js';
import { nextDue } from '../schedule.js';
import type { RescanFacet, Root, Site } from '../types.js';
import type { Finding } from './finding.js';
import { warning } from './finding.js';

/** So many intervals without success are no coincidence. */
const LATE_INTERVALS = 3;

/** How many times of a schedule are looked at for the shortest interval: those of a week, if it has one an hour. */
const TIMES = 168;

/** The shortest time between two times of a schedule, in milliseconds. */
function shortestInterval(schedule: Schedule, now: Date, timeZone: string | null): number {
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

/** Whole minutes are enough for people. */
function inWords(milliseconds: number): string {
  return milliseconds < 60_000 ? formatDuration(Math.round(milliseconds / 1000) * 1000) : formatDuration(Math.round(milliseconds / 60_000) * 60_000);
}

/** Checks whether the schedules of a root are met, and can be. */
export function* checkSchedules({ timeZone, jobs }: Site, root: Root, repos: readonly PlannedRepo[], now: Date): Generator<Finding> {
  for (const [facet, schedule] of root.schedule) {
    const interval = shortestInterval(schedule, now, timeZone);
    let totalMs = 0;
    for (const { realdir, shadow } of repos) {
      if (shadow === null) continue;
      const gitDir = joinPath(shadow, '.git');
      const success = readRunMark(gitDir, 'success', facet);
      const partial = readRunMark(gitDir, 'partial', facet);
      const subject = textOfBytes(realdir);
      totalMs += (success?.seconds ?? 0) * 1000;
      yield* checkOne({ subject, facet, schedule, interval, now }, success?.at ?? null, (success?.seconds ?? 0) * 1000, partial?.at ?? null);
    }
    const share = totalMs / Math.min(jobs, root.jobs ?? jobs);
    if (share > interval) {
      yield warning(textOfBytes(root.path), `${facet} of all repos took ${inWords(share)} when last done, but is due ${schedule.text}`,
        'make the schedule longer, or raise jobs');
    }
  }
}

interface Case {
  readonly subject: string;
  readonly facet: RescanFacet;
  readonly schedule: Schedule;
  readonly interval: number;
  readonly now: Date;
}

function* checkOne({ subject, facet, schedule, interval, now }: Case, success: Date | null, tookMs: number, partial: Date | null): Generator<Finding> {
  if (success !== null && success > now) {
    yield warning(subject, `${facet} was last done in the future: ${localIsoTime(success)}`, 'check the clock of this machine');
  }
  if (tookMs > interval) {
    yield warning(subject, `${facet} took ${inWords(tookMs)} when last done, but is due ${schedule.text}`, 'make the schedule longer, or split the repo');
  }
  const isLate = success !== null && now.getTime() - success.getTime() > LATE_INTERVALS * interval;
  if (partial !== null && (success === null || partial > success)) {
    if (success === null || isLate) {
      const since = success === null ? 'never' : `not since ${localIsoTime(success)}`;
      yield warning(subject, `${facet} was ${since} complete, because each run ends at its limit`, 'raise shaLimit');
    }
  } else if (isLate) {
    yield warning(subject, `${facet} was last done ${localIsoTime(success)}, but is due ${schedule.text}`,
      'see git-fso list --problems; have git-fso daemon running, or a timer: git-fso generate systemd');
  }
}
