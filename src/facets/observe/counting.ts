import type { EntryStat } from '../../realdir/stat/lstat.js';
import type { StillSummed } from '../../realdir/sums/sum-below.js';
import { sumBelow } from '../../realdir/sums/sum-below.js';
import type { PartialSums, TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { ObservationContext } from './context.js';
import type { EnteredDirectory } from './recorder.js';
import { sumHooks } from './sum-hooks.js';

/** Adds what a walk meets to the summaries that are being made, if any. */
export class Counting {
  private summaries: readonly TreeSummary[];

  constructor(private readonly context: ObservationContext<unknown>) {
    this.summaries = context.summary === null ? [] : [context.summary];
  }

  /** False if only what is recorded needs a visit. */
  get isWanted(): boolean {
    return this.summaries.length > 0;
  }

  /** Counts one path. */
  add(stat: EntryStat): void {
    for (const summary of this.summaries) summary.add(stat);
  }

  /** Counts what another thread has walked. */
  addPart(sums: PartialSums): void {
    for (const summary of this.summaries) summary.addPart(sums);
  }

  /** Something could not be read, so that it is not counted. */
  noteProblem(): void {
    for (const summary of this.summaries) summary.complete = false;
  }

  /** Walks a directory of which nothing is recorded, if that is needed. */
  async below(directory: EnteredDirectory): Promise<StillSummed> {
    const { gitSummary, sumsVisitedOnly } = this.context;
    if (!this.isWanted) return null;
    if (sumsVisitedOnly) return this.giveUp();
    return this.walk(directory, directory.path === '.git' && gitSummary !== null ? [gitSummary] : []);
  }

  /** Walks a directory also for a summary of its own, or null. */
  async belowWith(directory: EnteredDirectory, own: TreeSummary | null): Promise<StillSummed> {
    if (own === null && !this.isWanted) return null;
    if (own === null && this.context.sumsVisitedOnly) return this.giveUp();
    return this.walk(directory, own === null ? [] : [own]);
  }

  /** Something is not looked at, so that nothing else need be counted either. */
  private giveUp(): null {
    this.noteProblem();
    this.summaries = [];
    return null;
  }

  private async walk(directory: EnteredDirectory, more: readonly TreeSummary[]): Promise<StillSummed> {
    const { cursor, mounts, trace } = this.context;
    trace?.tell(directory.path, 'summed up');
    if (mounts?.isMissingIn(directory.path) === true) for (const summary of [...this.summaries, ...more]) summary.complete = false;
    const parent = directory.path.slice(0, -directory.name.length);
    return sumBelow(cursor, directory.name, directory.stat, [...this.summaries, ...more], sumHooks(this.context, parent));
  }
}
