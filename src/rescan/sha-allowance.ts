import type { ShaOptions } from '../facets/sha.js';
import type { ShaLimit } from './types.js';

/** How much one run of `sha` may do in a repo, all at once or in slices between which others get their turn. */
export class ShaAllowance {
  private bytes: number;
  private ms: number;
  private spentMs = 0;

  /** @param sliceMs the longest slice in milliseconds; null for a run in one go */
  constructor(
    limit: ShaLimit,
    private readonly sliceMs: number | null,
  ) {
    this.bytes = limit.bytes ?? Number.POSITIVE_INFINITY;
    this.ms = limit.timeMs ?? Number.POSITIVE_INFINITY;
  }

  /** What the next slice may do. */
  slice(): NonNullable<ShaOptions['limit']> {
    const ms = Math.min(this.ms, this.sliceMs ?? Number.POSITIVE_INFINITY);
    return { ...(Number.isFinite(this.bytes) && { bytes: this.bytes }), ...(Number.isFinite(ms) && { ms }) };
  }

  /** Takes note of what a slice has done. */
  spend(bytes: number, ms: number): void {
    this.bytes -= bytes;
    this.ms -= ms;
    this.spentMs += ms;
  }

  /** True if the run is over although it is not complete: the next one is for the next scheduled time. */
  get isSpent(): boolean {
    return this.sliceMs === null || this.bytes <= 0 || this.ms <= 0;
  }

  /** Time of all slices. */
  get seconds(): number {
    return this.spentMs / 1000;
  }
}
