import { ObjectReader } from '../../../git/objects/object-reader.js';
import { readRef } from '../../../git/refs/refs.js';
import type { Reading } from '../../../realdir/hash/hash-pool.js';
import { HASHED_REF } from '../../../shadow/facets.js';
import type { ShadowRepo } from '../../../shadow/shadow-repo.js';
import type { ByteString } from '../../../util/byte-string.js';
import { hashedFiles } from '../past/hashed-files.js';
import type { Interval } from '../past/path-ranges.js';
import { contains } from '../past/path-ranges.js';

/** How much a run will read, as far as that follows from what is recorded and from its budget. */
export class ReadingEstimate {
  private constructor(
    private readonly bytes: number,
    private readonly deadline: number,
    private readonly begun = performance.now(),
  ) {}

  /** @param deadline `performance.now()` at which no further file is begun */
  static of(
    repo: ShadowRepo,
    intervals: readonly Interval[],
    isFresh: ((path: ByteString) => boolean) | null,
    most: number,
    deadline: number,
  ): ReadingEstimate {
    const hashed = readRef(repo.gitDir, HASHED_REF);
    const reader = ObjectReader.open(repo.gitDir);
    let bytes = 0;
    try {
      for (const { path, size } of hashed === null ? [] : hashedFiles(reader, hashed)) {
        if (bytes >= most) break;
        if (intervals.some((interval) => contains(interval, path)) && isFresh?.(path) !== true) bytes += size;
      }
    } finally {
      reader.close();
    }
    return new ReadingEstimate(Math.min(bytes, most), deadline);
  }

  /** How far the reading is, with all that is left of it. */
  of(reading: Reading): Reading {
    const now = performance.now();
    const byBytes = Math.max(0, this.bytes - reading.bytes);
    const pace = reading.bytes / Math.max(1, now - this.begun);
    const byTime = Number.isFinite(this.deadline) ? pace * Math.max(0, this.deadline - now) : Number.POSITIVE_INFINITY;
    return { ...reading, left: Math.max(reading.left, Math.round(Math.min(byBytes, byTime))) };
  }
}
