import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { differencesOf } from '../changes/differences.js';
import type { AskedRepo } from '../states/histories.js';
import { entryStat } from '../states/recorded-entry.js';
import type { RecordReader } from '../states/record-reader.js';
import type { RepoState } from '../states/repo-history.js';
import type { Amount } from './amount.js';
import { amountOf, minus, NOTHING, plus } from './amount.js';

/** What is in a realdir at a time. */
export interface RepoSum {
  readonly amount: Amount;
  /** Seconds since 1970: what other repos have in the realdir is in the sum as it was then. */
  readonly summedAt: number;
}

interface Found extends RepoSum {
  readonly index: number;
  /** The commit that brought the sum of the toplevel; -1 if there is none. */
  readonly base: number;
}

/**
 * The sums of the realdir of one repo at any time: that of the toplevel, which counts each byte once, with all that is ignored or belongs
 * to other repos. Single runs of `stat` renew it seldom, so what has changed in the records since the toplevel was summed up is added.
 * It costs what changed.
 */
export class RepoSums {
  #last: Found | null = null;
  readonly #toplevels = new Map<number, Oid | null>();

  /**
   * @param nested realdirs of other repos, relative, whose changes the other repos tell
   * @param records of the repo, which the caller closes
   */
  constructor(
    private readonly asked: AskedRepo,
    private readonly nested: readonly ByteString[],
    private readonly records: RecordReader,
  ) {}

  /** @param index of a commit of `stat` @throws FsoError if records cannot be read */
  async at(index: number): Promise<RepoSum> {
    if (this.#last?.index === index) return this.#last;
    const base = this.#baseOf(index);
    const last = this.#last;
    const goesOn = last !== null && last.base === base && last.index <= index;
    const start = goesOn ? last : { amount: this.#toplevelSum(base), index: base };
    const amount = plus(start.amount, await this.#changed(start.index, index));
    const { seconds } = stateOf(this.asked, Math.max(base, 0)).stat;
    this.#last = { amount, index, base, summedAt: seconds };
    return this.#last;
  }

  /** The commit that brought the sum which the toplevel has at another one. */
  #baseOf(index: number): number {
    const toplevel = this.#toplevelOf(index);
    if (toplevel === null) return -1;
    let base = index;
    while (base > 0 && this.#toplevelOf(base - 1) === toplevel) base--;
    return base;
  }

  #toplevelOf(index: number): Oid | null {
    let oid = this.#toplevels.get(index);
    if (oid === undefined) this.#toplevels.set(index, (oid = this.#findToplevel(index)?.oid ?? null));
    return oid;
  }

  #findToplevel(index: number): TreeEntry | null {
    const { history: { reader } } = this.asked;
    const entry = reader.findInTree(stateOf(this.asked, index).stat.tree, NOGTREE);
    // Without sums, as in a record that somebody has edited, all single records are added up.
    return entry !== null && entryStat(reader, NOGTREE, entry).kind === 'summary' ? entry : null;
  }

  #toplevelSum(base: number): Amount {
    const entry = base < 0 ? null : this.#findToplevel(base);
    return entry === null ? NOTHING : amountOf(entryStat(this.asked.history.reader, NOGTREE, entry));
  }

  async #changed(from: number, to: number): Promise<Amount> {
    if (from === to) return NOTHING;
    const comparison = { before: from < 0 ? null : stateOf(this.asked, from), after: stateOf(this.asked, to), nested: this.nested };
    let amount = NOTHING;
    for await (const { path, before, after } of differencesOf(this.asked, comparison, this.records)) {
      if (path !== '') amount = plus(amount, minus(amountOf(after), amountOf(before)));
    }
    return amount;
  }
}

/** What a commit of `stat`, by its index, has recorded. */
export function stateOf({ history }: AskedRepo, index: number): RepoState {
  const state = history.byIndex(index);
  if (state === null) throw new RangeError(`no commit ${index}`);
  return state;
}
