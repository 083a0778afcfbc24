/** How fast something grows, per unit of time; what is in the middle, and the range of what it was over long times. */
export interface Slope {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** So much of all slopes over long times is in the range. */
const RANGE = 0.9;

/**
 * The slope of points after Theil and Sen: the median of the slopes between all pairs, which some outliers do not change. The range
 * has 90 % of the slopes between pairs that are at least half of all time apart: what comes next is as uncertain as what was, while
 * the usual confidence interval takes each day for a new measurement, though it is the day before and what was added.
 * @param points ascending by time
 * @returns null if there are fewer than two times
 */
export function theilSen(points: readonly { readonly time: number; readonly value: number }[]): Slope | null {
  const all: number[] = [];
  const long: number[] = [];
  const half = ((points.at(-1)?.time ?? 0) - (points[0]?.time ?? 0)) / 2;
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1)) {
      const apart = other.time - one.time;
      if (apart <= 0) continue;
      const slope = (other.value - one.value) / apart;
      all.push(slope);
      if (apart >= half) long.push(slope);
    }
  }
  if (all.length === 0) return null;
  const [slopes, longer] = [Float64Array.from(all).sort(), Float64Array.from(long).sort()];
  const median = quantile(slopes, 0.5);
  const tail = (1 - RANGE) / 2;
  return { median, low: Math.min(median, quantile(longer, tail)), high: Math.max(median, quantile(longer, 1 - tail)) };
}

/** Of sorted values; between two of them in proportion. */
function quantile(values: Float64Array, share: number): number {
  const place = (values.length - 1) * share;
  const [low, high] = [values[Math.floor(place)] ?? 0, values[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}
