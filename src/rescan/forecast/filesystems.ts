import type { Forecast } from '../../history/growth/forecast.js';
import { forecastOf } from '../../history/growth/forecast.js';
import type { DailyTotalsOptions } from '../../history/growth/growth.js';
import { dailyTotals } from '../../history/growth/growth.js';
import type { TotalAt } from '../../history/growth/ledger.js';
import type { Part } from '../../history/places/parts.js';
import type { Space } from '../../realdir/stat/space.js';
import { spaceOf } from '../../realdir/stat/space.js';
import { timeOfRun } from '../../shadow/remembered/run-marks.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { guardRoot } from '../guard/root-guard.js';
import type { Site } from '../site.js';

/** What becomes of the filesystem of some roots. */
export interface FilesystemForecast {
  /** Absolute paths of the roots that are on it. */
  readonly roots: readonly ByteString[];
  /** Null if it cannot be looked at. */
  readonly space: Space | null;
  readonly forecast: Forecast;
}

interface Filesystem {
  readonly roots: ByteString[];
  readonly space: Space;
}

const DAY = 86_400;
/** So much of the past is asked for, if there is as much, even where a question is about less. */
const PAST_DAYS_MIN = 30;
/** What was before says little. */
const PAST_DAYS_MAX = 365;

/**
 * When the filesystems of roots will be full. Roots on one filesystem have one forecast. Of the roots it is looked at no more than
 * needed to know that they are what they were when they were rescanned, and how much space there is.
 * @param parts all repos of the roots, sorted by realdir
 * @param options its `since` is what the question is about
 */
export async function forecastFilesystems(
  site: Pick<Site, 'location'>,
  roots: readonly ByteString[],
  parts: readonly Part[],
  options: Omit<DailyTotalsOptions, 'until'>,
): Promise<FilesystemForecast[]> {
  const filesystems = new Map<number, Filesystem>();
  const failed: FilesystemForecast[] = [];
  for (const root of roots) {
    try {
      const { device } = guardRoot(site.location, root, false);
      const known = filesystems.get(device);
      if (known === undefined) filesystems.set(device, { roots: [root], space: spaceOf(root) });
      else known.roots.push(root);
    } catch (error) {
      if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
      failed.push({ roots: [root], space: null, forecast: { state: 'unknown', reason: reasonOf(error) } });
    }
  }
  const found: FilesystemForecast[] = [];
  for (const { roots: on, space } of filesystems.values()) {
    const there = parts.filter(({ repo }) => on.some((root) => isAtOrBelow(repo.realdir, root)));
    const past = await pastOf(there, options);
    found.push({ roots: on, space, forecast: forecastOf(past, space.free, options.now) });
  }
  return [...found, ...failed];
}

/** What repos had, day by day, without what was newly observed, until they were looked at last. */
async function pastOf(
  parts: readonly Part[],
  options: Omit<DailyTotalsOptions, 'until'>,
): Promise<{ readonly time: number; readonly value: number }[]> {
  const { since, now, histories } = options;
  const from = Math.max(now - PAST_DAYS_MAX * DAY, Math.min(since, now - PAST_DAYS_MIN * DAY));
  const totals = await dailyTotals(parts, { ...options, since: from, until: Number.POSITIVE_INFINITY });
  let seen = 0;
  for (const { repo } of parts) {
    const run = timeOfRun(repo.gitDir, 'success', 'stat')?.getTime() ?? 0;
    seen = Math.max(seen, run / 1000, histories.of(repo).history.stat.at(-1)?.seconds ?? 0);
  }
  const isKnown = ({ amount, first }: TotalAt): boolean => amount.files !== 0n || first.files !== 0n;
  const begin = totals.findIndex(isKnown);
  const points = (begin < 0 ? [] : totals.slice(begin)).map(({ seconds, amount, first }) => ({
    time: Math.min(seconds, seen),
    value: Number(amount.size - first.size),
  }));
  // After they were looked at there is nothing but the last state again.
  const end = points.findIndex(({ time }) => time >= seen);
  return end < 0 ? points : points.slice(0, end + 1);
}
