import type { ByteString } from '../../util/byte-string.js';
import type { Amount } from './amount.js';
import { isNothing, minus, NOTHING, plus } from './amount.js';

/** What became of one path in a period. */
export interface GrowthRow {
  /** Absolute. */
  readonly path: ByteString;
  readonly before: Amount;
  readonly after: Amount;
  /** What was newly observed in between, which does not mean newly created. */
  readonly first: Amount;
  /** Bytes at the begin, and at the end of each bucket. */
  readonly levels: readonly bigint[];
}

/** What all paths of a question have together at an edge of the period. */
export interface TotalAt {
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly amount: Amount;
  /** How much of it was newly observed since the begin. */
  readonly first: Amount;
}

interface Row {
  /** How much more there is than in the bucket before, by bucket; those without a change have no entry. */
  readonly steps: Map<number, Amount>;
  first: Amount;
}

/** Adds up what is found at the edges of a period, by path and as a whole. */
export class Ledger {
  readonly #rows = new Map<ByteString, Row>();
  readonly #steps: Amount[];
  readonly #firsts: Amount[];
  /** The bucket of each edge; that of the begin is the first. */
  readonly #buckets: number[];

  /**
   * @param edges seconds since 1970, ascending
   * @param ends indexes of edges where buckets end
   */
  constructor(
    readonly edges: readonly number[],
    private readonly ends: readonly number[],
  ) {
    this.#steps = edges.map(() => NOTHING);
    this.#firsts = edges.map(() => NOTHING);
    this.#buckets = edges.map((_edge, index) => (index === 0 ? 0 : ends.findIndex((end) => index <= end) + 1));
  }

  /** From an edge on a path has more; less, if it is negative. */
  add(edge: number, path: ByteString, amount: Amount): void {
    if (isNothing(amount)) return;
    const { steps } = this.#rowOf(path);
    const bucket = this.#buckets[edge] ?? 0;
    steps.set(bucket, plus(steps.get(bucket) ?? NOTHING, amount));
    this.#steps[edge] = plus(this.#steps[edge] ?? NOTHING, amount);
  }

  /** Of what was added at an edge, some is newly observed. */
  addFirst(edge: number, path: ByteString, amount: Amount): void {
    const row = this.#rowOf(path);
    row.first = plus(row.first, amount);
    this.#firsts[edge] = plus(this.#firsts[edge] ?? NOTHING, amount);
  }

  /** All paths, sorted. */
  get rows(): GrowthRow[] {
    return [...this.#rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, { steps, first }]) => {
      const levels: bigint[] = [];
      let level = NOTHING;
      for (let bucket = 0; bucket <= this.ends.length; bucket++) {
        level = plus(level, steps.get(bucket) ?? NOTHING);
        levels.push(level.size);
      }
      return { path, before: steps.get(0) ?? NOTHING, after: level, first, levels };
    });
  }

  /** At each edge. */
  get totals(): TotalAt[] {
    let [amount, first] = [NOTHING, NOTHING];
    return this.edges.map((seconds, index) => {
      amount = plus(amount, this.#steps[index] ?? NOTHING);
      first = plus(first, this.#firsts[index] ?? NOTHING);
      return { seconds, amount, first };
    });
  }

  #rowOf(path: ByteString): Row {
    let row = this.#rows.get(path);
    if (row === undefined) this.#rows.set(path, (row = { steps: new Map(), first: NOTHING }));
    return row;
  }
}

/** What was added, not counting what was newly observed. */
export function grownBy({ before, after, first }: Pick<GrowthRow, 'before' | 'after' | 'first'>): Amount {
  return minus(minus(after, before), first);
}

const DAY = 86_400;

/** Bytes a week by which something grew; null for less than a day. @param seconds of the period */
export function pacePerWeek(row: Pick<GrowthRow, 'before' | 'after' | 'first'>, seconds: number): number | null {
  return seconds < DAY ? null : (Number(grownBy(row).size) / seconds) * 7 * DAY;
}
