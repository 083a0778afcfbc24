import type { Part } from '../places/parts.js';
import type { Amount } from './amount.js';
import { isNothing, minus, NOTHING } from './amount.js';
import { bucketEnds, dayEdges } from './day-edges.js';
import type { GrowthUnit } from './groups.js';
import type { GrowthRow, TotalAt } from './ledger.js';
import { grownBy } from './ledger.js';
import { measure } from './measure.js';
import type { MeasureOptions } from './node-measure.js';

/** A period. */
export interface DailyTotalsOptions extends Pick<MeasureOptions, 'histories' | 'onProblem' | 'yieldTurn'> {
  /** Seconds since 1970; `until` is infinite for now. */
  readonly since: number;
  readonly until: number;
  /** Seconds since 1970. */
  readonly now: number;
}

/** A period, and what is told of it. */
export interface GrowthOptions extends DailyTotalsOptions {
  readonly unit: GrowthUnit;
  /** No row has more levels than that, and one for the begin. */
  readonly bucketsMax: number;
}

/** What grew and shrank in a period. */
export interface Growth {
  /** Paths of which something changed, or was newly observed; what grew or shrank most comes first. */
  readonly rows: readonly GrowthRow[];
  /** All paths together, those without a change, too. */
  readonly total: Omit<GrowthRow, 'path'>;
  /** When the levels of all rows were reached, in seconds since 1970. */
  readonly times: readonly number[];
}

/** What parts of repos had at the begin and at the end of a period and at each midnight in between, local time; each byte counts once. */
export async function dailyTotals(parts: readonly Part[], options: DailyTotalsOptions): Promise<TotalAt[]> {
  const { edges, isOpen } = edgesOf(options);
  const { totals } = await measure(parts, { ...options, unit: { by: 'repo' }, edges, ends: [edges.length - 1] });
  return isOpen ? totals.map((total, index) => (index === totals.length - 1 ? { ...total, seconds: options.now } : total)) : totals;
}

/** What grew and shrank. Each byte counts once. */
export async function growthOf(parts: readonly Part[], options: GrowthOptions): Promise<Growth> {
  const { edges } = edgesOf(options);
  const ends = bucketEnds(edges, options.bucketsMax);
  const ledger = await measure(parts, { ...options, edges, ends });
  const { totals } = ledger;
  const buckets = [0, ...ends].map((end) => totals[end]);
  const rows = ledger.rows.filter(({ levels, first, before, after }) => {
    const isLevel = levels.every((level) => level === levels[0]);
    return !(isLevel && isNothing(first) && isNothing(minus(after, before)));
  });
  return {
    rows: rows.toSorted((one, other) => compareSizes(grownBy(other), grownBy(one)) || compareSizes(other.first, one.first)),
    total: {
      before: totals[0]?.amount ?? NOTHING,
      after: totals.at(-1)?.amount ?? NOTHING,
      first: totals.at(-1)?.first ?? NOTHING,
      levels: buckets.map((total) => total?.amount.size ?? 0n),
    },
    times: [0, ...ends].map((end) => Math.min(edges[end] ?? 0, options.now)),
  };
}

/** Compares how large two differences are, whether more or less. */
function compareSizes({ size: one }: Amount, { size: other }: Amount): number {
  const [a, b] = [one < 0n ? -one : one, other < 0n ? -other : other];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of what is still going on, the last edge is open: clocks that were ahead have left commits there. */
function edgesOf({ since, until, now }: DailyTotalsOptions): { readonly edges: number[]; readonly isOpen: boolean } {
  const isOpen = until === Number.POSITIVE_INFINITY;
  const edges = dayEdges(since, isOpen ? Math.max(now, since + 1) : until);
  return { edges: isOpen ? [...edges.slice(0, -1), until] : edges, isOpen };
}

