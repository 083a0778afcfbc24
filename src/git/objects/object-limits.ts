/**
 * How big objects may be in memory. A few kilobytes can stand for gigabytes: zlib shrinks zeros by a factor of a
 * thousand, and a delta can name the same bytes again and again. What git-fso has written is never like that.
 */

const MIB = 1024 * 1024;
/** So much is always allowed, however little of it is stored. A directory of a million files has a tree of about 48 MiB. */
const ALWAYS_BYTES = 64 * MIB;
/** Ids of objects do not shrink, and texts hardly more than this. */
const RATIO_MAX = 32;
/** Never more in one object. */
const OBJECT_MAX = 512 * MIB;

/** Git makes no longer chains of deltas (`pack.depth`). */
export const CHAIN_MAX = 4095;
/** Bytes of all deltas in one chain. */
export const CHAIN_DELTAS_MAX = 256 * MIB;
/** Bytes of all that a chain of deltas makes on the way to the last object. */
export const CHAIN_RESULTS_MAX = 8 * 1024 * MIB;

/** The biggest object, in bytes, that is unpacked from so many stored ones. */
export function mostUnpacked(storedBytes: number): number {
  return Math.min(OBJECT_MAX, Math.max(ALWAYS_BYTES, storedBytes * RATIO_MAX));
}

/** The biggest object, in bytes, that a delta may make of a base. */
export function mostFromDelta(baseBytes: number, deltaBytes: number): number {
  return Math.min(OBJECT_MAX, Math.max(ALWAYS_BYTES, baseBytes + deltaBytes * RATIO_MAX));
}
