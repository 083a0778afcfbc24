import { NOGTREE } from '../../record/records.js';
import type { TreeFile } from '../../shadow/read/tree-files.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { differencesOf } from '../changes/differences.js';
import type { Part } from '../places/parts.js';
import type { AskedRepo } from '../states/histories.js';
import { entriesAt, isLeftOut } from '../states/listed-entries.js';
import type { RecordReader } from '../states/record-reader.js';
import type { EntryStat } from '../states/recorded-entry.js';
import type { Amount } from './amount.js';
import { amountOf, isNothing, minus, NOTHING, plus } from './amount.js';
import type { Grouping } from './groups.js';
import { directoryOfRecord } from './groups.js';
import { stateOf } from './repo-sums.js';

/** Records that are read at once. */
const CHUNK = 1024;

/** Amounts by group. */
export type Spread = ReadonlyMap<ByteString, Amount>;

/** Adds up, by directories, what single records of a part of a repo say. */
export class Spreader {
  /**
   * @param nested realdirs of other repos, relative, that are left out
   * @param records of the repo, which the caller closes
   */
  constructor(
    private readonly part: Part,
    private readonly grouping: Grouping,
    private readonly nested: readonly ByteString[],
    private readonly records: RecordReader,
    private readonly yieldTurn: YieldTurn,
  ) {}

  /** All that there is at a commit of `stat`, by index. */
  async at(asked: AskedRepo, index: number): Promise<Spread> {
    const spread = new Map<ByteString, Amount>();
    const isWanted = (path: ByteString): boolean => !isLeftOut(path, this.nested);
    let chunk: TreeFile[] = [];
    const addChunk = async (): Promise<void> => {
      const stats = await this.records.read(chunk);
      for (const [place, { path }] of chunk.entries()) this.#add(spread, path, stats[place] ?? null, 1n);
      chunk = [];
      const turn = this.yieldTurn();
      if (turn !== undefined) await turn;
    };
    for (const file of entriesAt(asked.history, stateOf(asked, index), this.part.path, isWanted)) {
      if (file.path !== NOGTREE) chunk.push(file);
      if (chunk.length === CHUNK) await addChunk();
    }
    await addChunk();
    return spread;
  }

  /** How much more there is at one commit of `stat` than at another, by index. It costs what changed. */
  async between(asked: AskedRepo, from: number, to: number): Promise<Spread> {
    const spread = new Map<ByteString, Amount>();
    if (from === to) return spread;
    const comparison = { before: stateOf(asked, from), after: stateOf(asked, to), path: this.part.path, nested: this.nested };
    for await (const { path, before, after } of differencesOf(asked, comparison, this.records)) {
      if (path !== '') {
        this.#add(spread, path, before, -1n);
        this.#add(spread, path, after, 1n);
      }
      const turn = this.yieldTurn();
      if (turn !== undefined) await turn;
    }
    return spread;
  }

  #add(spread: Map<ByteString, Amount>, path: ByteString, stat: EntryStat | null, sign: bigint): void {
    const amount = amountOf(stat);
    if (stat === null || isNothing(amount)) return;
    const group = this.grouping.of(directoryOfRecord(joinPath(this.part.repo.realdir, path), stat.kind));
    const known = spread.get(group) ?? NOTHING;
    spread.set(group, sign > 0n ? plus(known, amount) : minus(known, amount));
  }
}
