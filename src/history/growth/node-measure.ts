import { indexAt } from '../../git/commits/first-parents.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { OnProblem } from '../places/ground.js';
import type { AskedRepo, Histories } from '../states/histories.js';
import { RecordReader } from '../states/record-reader.js';
import type { Amount } from './amount.js';
import { minus, NOTHING } from './amount.js';
import type { Grouping, GrowthUnit } from './groups.js';
import { groupingOf } from './groups.js';
import { heldAmounts } from './held.js';
import type { Ledger } from './ledger.js';
import type { ToldPart } from './moved-in.js';
import type { Node } from './nodes.js';
import { RepoSums } from './repo-sums.js';
import type { Spread } from './spread.js';
import { Spreader } from './spread.js';

/** What is to be measured, and where. */
export interface MeasureOptions {
  /** The period: seconds since 1970, ascending; the last one is infinite for now. */
  readonly edges: readonly number[];
  /** Indexes of edges where buckets of the levels of a row end. */
  readonly ends: readonly number[];
  readonly unit: GrowthUnit;
  readonly histories: Histories;
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
}

/** From when the sums of a repo are, in seconds since 1970. */
interface Times {
  /** By edge; NaN where it has none. */
  readonly summedAt: Float64Array;
  /** Of what is newly observed; null unless something is. */
  readonly first: { readonly edge: number; readonly summedAt: number } | null;
}

/** What an outer repo has counted of an inner one, and the inner one counts itself: to be taken from a row. */
export interface Counted extends Times {
  readonly path: ByteString;
  /** It is to be given back, since it was taken with the sum of a repo in between. */
  readonly isGivenBack: boolean;
}

/** What a measured repo has to say to those in it. */
interface ForInner {
  /** @param countedAt where the inner one is counted, relative */
  countedOf(countedAt: ByteString | null): readonly Counted[];
  heldOf(inner: Node): Amount | null;
}

/** A part of a repo that was measured. */
export interface Told extends ToldPart {
  readonly grouping: Grouping;
  /** Something is newly observed there. */
  readonly isFirst: boolean;
}

/** Enters what a part of a repo had at the edges of a period in a ledger. */
export class NodeMeasure {
  readonly told: Told;
  readonly #asked: AskedRepo;
  readonly #records: RecordReader;

  /** @param held what an outer repo has counted before the records of this one; null if that is not known */
  constructor(
    private readonly node: Node,
    private readonly held: Amount | null,
    private readonly ledger: Ledger,
    private readonly options: MeasureOptions,
  ) {
    const { edges, histories, unit } = options;
    const start = edges.findIndex((edge) => edge >= node.heldFrom);
    this.told = {
      part: node.part,
      nested: node.inner.filter(({ isListed }) => isListed).map(({ path }) => path),
      grouping: groupingOf(node.part, unit),
      start,
      isFirst: start >= 0 && node.heldFrom > (edges[0] ?? 0),
    };
    this.#asked = histories.of(node.part.repo);
    this.#records = new RecordReader(this.#asked.history);
  }

  async run(counted: readonly Counted[]): Promise<ForInner> {
    try {
      for (const one of counted) await this.#takeFrom(one);
      if (this.told.start < 0) return { countedOf: () => [], heldOf: () => null };
      const isWholeRepo = this.told.part.path === '';
      const times = isWholeRepo ? await this.#addSums() : this.#times();
      if (!isWholeRepo || !this.told.grouping.isWhole) await this.#addDirectories(isWholeRepo);
      const passed: Counted[] = [];
      for (const one of counted) passed.push(...(await this.#passedOn(one)));
      const held = isWholeRepo ? await this.#held() : new Map<Node, Amount>();
      return { countedOf: (countedAt) => this.#countedOf(countedAt, times, passed), heldOf: (inner) => held.get(inner) ?? null };
    } finally {
      await this.#records.close();
    }
  }

  #countedOf(countedAt: ByteString | null, times: Times, passed: readonly Counted[]): readonly Counted[] {
    if (countedAt === null) return [];
    const { realdir } = this.told.part.repo;
    const path = this.told.grouping.of(countedAt === '' ? realdir : joinPath(realdir, countedAt));
    return [{ ...times, path, isGivenBack: false }, ...passed];
  }

  /**
   * What an outer repo has counted of this one is a sum of this one that may be older, or the first one: what is in it and has records
   * of its own is taken as it was when the outer repo was summed up, and given back as it was in the sum of this one.
   */
  async #passedOn(counted: Counted): Promise<Counted[]> {
    const sums = this.#sums();
    const ownTime = async (seconds: number): Promise<number> =>
      Number.isNaN(seconds) ? seconds : (await sums.at(this.#indexAt(seconds))).summedAt;
    const summedAt = this.#noTimes();
    for (const [edge, seconds] of counted.summedAt.entries()) summedAt[edge] = await ownTime(seconds);
    const first = counted.first === null ? null : { ...counted.first, summedAt: await ownTime(counted.first.summedAt) };
    const isSame = (seconds: number, edge: number): boolean => Object.is(seconds, counted.summedAt[edge]);
    const isAsCounted = first?.summedAt === counted.first?.summedAt && summedAt.every(isSame);
    return isAsCounted ? [] : [counted, { path: counted.path, summedAt, first, isGivenBack: !counted.isGivenBack }];
  }

  /** What of repos in this one there was before they had records. */
  #held(): Promise<ReadonlyMap<Node, Amount>> {
    const inner = this.node.inner.map(({ node }) => node);
    return heldAmounts({ commits: this.#asked.history.stat, sums: this.#sums() }, inner, this.options.histories);
  }

  /** At a time before the first record it is what that has. */
  #indexAt(seconds: number): number {
    return Math.max(indexAt(this.#asked.history.stat, seconds), 0);
  }

  async #amountAt(sums: RepoSums, seconds: number): Promise<Amount> {
    const { amount } = await sums.at(this.#indexAt(seconds));
    return seconds < this.node.begin ? (this.held ?? amount) : amount;
  }

  async #takeFrom({ path, summedAt, first, isGivenBack }: Counted): Promise<void> {
    const sums = this.#sums();
    const signed = (amount: Amount): Amount => (isGivenBack ? amount : minus(NOTHING, amount));
    const steps = new Steps((edge, amount) => this.ledger.add(edge, path, signed(amount)));
    for (const [edge, seconds] of summedAt.entries()) {
      steps.reach(edge, Number.isNaN(seconds) ? NOTHING : await this.#amountAt(sums, seconds));
    }
    if (first !== null) this.ledger.addFirst(first.edge, path, signed(await this.#amountAt(sums, first.summedAt)));
  }

  #sums(): RepoSums {
    return new RepoSums(this.#asked, this.told.nested, this.#records);
  }

  async #addSums(): Promise<Times> {
    const { top } = this.told.grouping;
    const sums = this.#sums();
    const summedAt = this.#noTimes();
    const first = this.told.isFirst ? await sums.at(0) : null;
    if (first !== null) this.ledger.addFirst(this.told.start, top, await this.#amountAt(sums, this.node.heldFrom));
    const steps = new Steps((edge, amount) => this.ledger.add(edge, top, amount));
    for (const { edge, index, seconds } of this.#points()) {
      summedAt[edge] = (await sums.at(index)).summedAt;
      steps.reach(edge, await this.#amountAt(sums, seconds));
      const turn = this.options.yieldTurn();
      if (turn !== undefined) await turn;
    }
    return { summedAt, first: first === null ? null : { edge: this.told.start, summedAt: first.summedAt } };
  }

  #noTimes(): Float64Array {
    return new Float64Array(this.options.edges.length).fill(Number.NaN);
  }

  #times(): Times {
    const { stat } = this.#asked.history;
    const summedAt = this.#noTimes();
    for (const { edge, index } of this.#points()) summedAt[edge] = stat[index]?.seconds ?? Number.NaN;
    return { summedAt, first: this.told.isFirst ? { edge: this.told.start, summedAt: stat[0]?.seconds ?? 0 } : null };
  }

  /** The edges at which something is known. */
  *#points(): Generator<{ readonly edge: number; readonly index: number; readonly seconds: number }> {
    const { edges } = this.options;
    for (let edge = this.told.start; edge < edges.length; edge++) {
      const seconds = edges[edge] ?? 0;
      yield { edge, index: this.#indexAt(seconds), seconds };
    }
  }

  /** What the toplevel has and no single record is where the toplevel is: what is ignored, for example. */
  async #addDirectories(hasToplevel: boolean): Promise<void> {
    const { part, grouping, nested, isFirst, start } = this.told;
    const spreader = new Spreader(part, grouping, nested, this.#records, this.options.yieldTurn);
    const put = (spread: Spread, use: (path: ByteString, amount: Amount) => void): void => {
      for (const [path, amount] of spread) {
        use(path, amount);
        if (hasToplevel) use(grouping.top, minus(NOTHING, amount));
      }
    };
    let last = isFirst ? 0 : this.#indexAt(this.options.edges[start] ?? 0);
    const all = await spreader.at(this.#asked, last);
    put(all, (path, amount) => this.ledger.add(start, path, amount));
    if (isFirst) put(all, (path, amount) => this.ledger.addFirst(start, path, amount));
    for (const { edge, index } of this.#points()) {
      const more = await spreader.between(this.#asked, last, index);
      put(more, (path, amount) => this.ledger.add(edge, path, amount));
      last = index;
    }
  }
}

/** Turns amounts into what was added to the one before. */
class Steps {
  #reached = NOTHING;

  constructor(private readonly add: (edge: number, amount: Amount) => void) {}

  reach(edge: number, amount: Amount): void {
    this.add(edge, minus(amount, this.#reached));
    this.#reached = amount;
  }
}
