import { theilSen } from './theil-sen.js';

/** When a filesystem will be full. */
export type Forecast =
  /** `earliest` and `latest` are in seconds since 1970; `latest` is null if that is too far away, or if it did not always grow. */
  | { readonly state: 'full'; readonly earliest: number; readonly latest: number | null; readonly perDay: number }
  /** It is flat, or it shrinks, or it will not be full for a long time. */
  | { readonly state: 'not growing' | 'far away'; readonly perDay: number }
  | { readonly state: 'unknown'; readonly reason: string };

const DAY = 86_400;
/** Less past says nothing about the future. */
const FORECAST_DAYS_MIN = 7;
/** Nobody knows what is then. */
const HORIZON = 10 * 365.25 * DAY;

/**
 * When a filesystem will be full, if what is recorded on it goes on growing as it did.
 * @param past bytes at times in seconds since 1970, ascending, without what was newly observed
 * @param now seconds since 1970
 */
export function forecastOf(past: readonly { readonly time: number; readonly value: number }[], free: bigint, now: number): Forecast {
  const days = ((past.at(-1)?.time ?? 0) - (past[0]?.time ?? 0)) / DAY;
  const slope = days < FORECAST_DAYS_MIN ? null : theilSen(past);
  if (slope === null) {
    return { state: 'unknown', reason: `${FORECAST_DAYS_MIN} days of records are needed; there are ${Math.floor(days * 10) / 10}` };
  }
  const perDay = slope.median * DAY;
  if (slope.median <= 0) return { state: 'not growing', perDay };
  const [soon, late] = [Number(free) / slope.high, slope.low <= 0 ? Number.POSITIVE_INFINITY : Number(free) / slope.low];
  if (soon > HORIZON) return { state: 'far away', perDay };
  return { state: 'full', earliest: now + soon, latest: late > HORIZON ? null : now + late, perDay };
}
