import { readRunMark } from '../../shadow/remembered/run-marks.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { formatDuration } from '../../util/time/durations.js';
import { localIsoTime } from '../../util/time/time.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { Schedule } from '../schedule/schedule.js';
import { shortestInterval } from '../schedule/schedule-interval.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root, Site } from '../site.js';
import type { Finding } from './finding.js';
import { common, warning } from './finding.js';

const CLOCK = common('were last recorded in the future', 'check the clock of this machine');
const TOO_SLOW = common('took longer, when last done, than their schedules leave', 'make the schedules longer, or split the repos');
const NEVER_WHOLE = common('are never complete, because each run ends at its limit', 'raise shaLimit');
const LATE = common(
  'last recorded too long ago for the schedule',
  'see git-fso list --problems; have git-fso daemon running, or a timer: git-fso generate systemd',
);

/** So many intervals without success are no coincidence. */
const LATE_INTERVALS = 3;

/** Whole minutes are enough for people. */
function inWords(milliseconds: number): string {
  return milliseconds < 60_000
    ? formatDuration(Math.round(milliseconds / 1000) * 1000)
    : formatDuration(Math.round(milliseconds / 60_000) * 60_000);
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
      yield *
        checkOne({ subject, facet, schedule, interval, now }, success?.at ?? null, (success?.seconds ?? 0) * 1000, partial?.at ?? null);
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

function* checkOne(
  { subject, facet, schedule, interval, now }: Case,
  success: Date | null,
  tookMs: number,
  partial: Date | null,
): Generator<Finding> {
  if (success !== null && success > now) {
    yield warning(subject, `${facet} was last done in the future: ${localIsoTime(success)}`, 'check the clock of this machine', CLOCK);
  }
  if (tookMs > interval) {
    const message = `${facet} took ${inWords(tookMs)} when last done, but is due ${schedule.text}`;
    yield warning(subject, message, 'make the schedule longer, or split the repo', TOO_SLOW);
  }
  // A round of `verify` takes many runs: whether these suffice is another question.
  const done = facet === 'verify' && partial !== null && (success === null || partial > success) ? partial : success;
  const isLate = done !== null && now.getTime() - done.getTime() > LATE_INTERVALS * interval;
  if (done !== partial && partial !== null && (success === null || partial > success)) {
    if (success === null || isLate) {
      const since = success === null ? 'never' : `not since ${localIsoTime(success)}`;
      yield warning(subject, `${facet} was ${since} complete, because each run ends at its limit`, 'raise shaLimit', NEVER_WHOLE);
    }
  } else if (isLate) {
    yield warning(subject, `${facet} was last done ${localIsoTime(done)}, but is due ${schedule.text}`, LATE.remedy, LATE);
  }
}
