import type { ReadRange } from '../../../record/readings.js';
import { formatReadings, NO_READINGS } from '../../../record/readings.js';
import type { ByteString } from '../../../util/byte-string.js';

/** Paths from one, included, to another, which is not; null: to the end. */
export type Interval = Pick<ReadRange, 'from' | 'until'>;

/** The most that ranges may take up, in bytes: a round in a hundred nights needs a fraction of that. */
const MAX_TEXT = 64 * 1024;

/** True if a path is in the interval. */
export function contains({ from, until }: Interval, path: ByteString): boolean {
  return from <= path && (until === null || path < until);
}

/** The later one of two ends. */
function laterEnd(a: ByteString | null, b: ByteString | null): ByteString | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

function compareStarts(a: Interval, b: Interval): number {
  return a.from < b.from ? -1 : a.from > b.from ? 1 : 0;
}

/** The same paths in intervals that neither overlap nor touch, in the order of paths. */
function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const next of [...intervals].sort(compareStarts)) {
    const last = joined.at(-1);
    const isJoined = last !== undefined && (last.until === null || next.from <= last.until);
    if (isJoined) joined[joined.length - 1] = { from: last.from, until: laterEnd(last.until, next.until) };
    else joined.push(next);
  }
  return joined;
}

function isWithin(inner: Interval, outer: Interval): boolean {
  return outer.from <= inner.from && (outer.until === null || (inner.until !== null && inner.until <= outer.until));
}

/**
 * Adds a reading. Ranges of which later ones have read all paths again are dropped, so that what is left does not grow with
 * the number of readings.
 * @param ranges in the order in which they were read
 * @param continues the last range is of the same run: if the new one follows it, they become one
 */
export function addRange(ranges: readonly ReadRange[], added: ReadRange, continues: boolean): readonly ReadRange[] {
  const last = continues ? ranges.at(-1) : undefined;
  const isJoined = last !== undefined && last.until === added.from;
  const whole = isJoined
    ? { ...added, from: last.from, begin: last.begin, files: last.files + added.files, bytes: last.bytes + added.bytes }
    : added;
  let later: Interval[] = [];
  const kept: ReadRange[] = [];
  for (const range of [...(isJoined ? ranges.slice(0, -1) : ranges), whole].toReversed()) {
    if (later.some((outer) => isWithin(range, outer))) continue;
    kept.push(range);
    later = union([...later, range]);
  }
  return withinText(kept.reverse());
}

/** Forgets the smallest readings where there is no room for all: what they have read is read again earlier than need be. */
function withinText(ranges: readonly ReadRange[]): readonly ReadRange[] {
  let kept = [...ranges];
  while (kept.length > 1 && Buffer.byteLength(formatReadings({ ...NO_READINGS, ranges: kept })) > MAX_TEXT) {
    const least = kept.slice(0, -1).sort((a, b) => a.files - b.files).slice(0, Math.ceil(kept.length / 8));
    kept = kept.filter((range) => !least.includes(range));
  }
  return kept;
}

/** A stretch of paths, and the last reading of all of them. */
export interface Stretch extends Interval {
  readonly range: ReadRange;
}

/** The last reading of each path, as stretches in the order of paths that do not overlap. */
export function lastReadings(ranges: readonly ReadRange[]): readonly Stretch[] {
  let stretches: Stretch[] = [];
  for (const range of ranges) {
    const { from, until } = range;
    stretches = [...stretches.flatMap((stretch) => without(stretch, range)), { from, until, range }];
  }
  return stretches.sort(compareStarts);
}

/** What is left of a stretch that was read again in part. */
function without(stretch: Stretch, { from, until }: Interval): Stretch[] {
  const isBefore = stretch.until !== null && stretch.until <= from;
  if (isBefore || (until !== null && until <= stretch.from)) return [stretch];
  const head = stretch.from < from ? [{ ...stretch, until: from }] : [];
  const tail = until !== null && (stretch.until === null || until < stretch.until) ? [{ ...stretch, from: until }] : [];
  return [...head, ...tail];
}

/** Finds the stretch that a path is in, for paths that are asked for in their order, or nearly so. */
export class StretchFinder {
  private at = 0;

  constructor(private readonly stretches: readonly Stretch[]) {}

  /** The last reading of a path; null if there is none. */
  rangeOf(path: ByteString): ReadRange | null {
    const before = this.stretches[this.at - 1];
    if (before !== undefined && (before.until === null || path < before.until)) this.at = 0;
    for (;;) {
      const stretch = this.stretches[this.at];
      if (stretch === undefined || path < stretch.from) return null;
      if (contains(stretch, path)) return stretch.range;
      this.at += 1;
    }
  }
}
