import type { ShaOptions } from '../../facets/sha/record-sha.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { ReadLimit, Root } from '../site.js';

/** Facets that read files, which may take longer than a run is to take. */
const READING = ['sha', 'verify'] as const;

/** How much one run of a facet may read in a repo, all at once or in slices between which others get their turn. */
class ReadAllowance {
  private bytes: number;
  private ms: number;
  private spentMs = 0;

  /** @param sliceMs the longest slice in milliseconds; null for a run in one go */
  constructor(
    limit: ReadLimit,
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

/** What is left of the runs of a repo. */
export class ReadAllowances {
  private readonly byFacet: ReadonlyMap<RescanFacet, ReadAllowance>;

  /** @param sliceMs the longest slice in milliseconds; null for runs in one go */
  constructor({ shaLimit, verifyLimit }: Pick<Root, 'shaLimit' | 'verifyLimit'>, sliceMs: number | null) {
    const limits = { sha: shaLimit, verify: verifyLimit };
    this.byFacet = new Map(READING.map((facet) => [facet, new ReadAllowance(limits[facet], sliceMs)]));
  }

  /** Null for a facet that is quick enough to have none. */
  of(facet: RescanFacet): ReadAllowance | null {
    return this.byFacet.get(facet) ?? null;
  }

  /** True if a run is to go on with its next slice. @param results of what was done now */
  isGoingOn(results: ReadonlyMap<RescanFacet, { readonly complete: boolean }>): boolean {
    return [...this.byFacet].some(([facet, allowance]) => results.get(facet)?.complete === false && !allowance.isSpent);
  }
}
