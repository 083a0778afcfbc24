import type { EntryStat } from '../../realdir/stat/lstat.js';
import { sumBelow } from '../../realdir/sums/sum-below.js';
import type { TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { ObservationContext } from './context.js';
import type { EnteredDirectory } from './recorder.js';

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

  /** Something could not be read, so that it is not counted. */
  noteProblem(): void {
    for (const summary of this.summaries) summary.complete = false;
  }

  /** Walks a directory of which nothing is recorded, if that is needed. */
  async below(directory: EnteredDirectory): Promise<void> {
    const { gitSummary, sumsVisitedOnly } = this.context;
    if (!this.isWanted) return;
    if (sumsVisitedOnly) return this.giveUp();
    await this.walk(directory, directory.path === '.git' && gitSummary !== null ? [gitSummary] : []);
  }

  /** Walks a directory also for a summary of its own, or null. */
  async belowWith(directory: EnteredDirectory, own: TreeSummary | null): Promise<void> {
    if (own === null && !this.isWanted) return;
    if (own === null && this.context.sumsVisitedOnly) return this.giveUp();
    await this.walk(directory, own === null ? [] : [own]);
  }

  /** Something is not looked at, so that nothing else need be counted either. */
  private giveUp(): void {
    this.noteProblem();
    this.summaries = [];
  }

  private async walk(directory: EnteredDirectory, more: readonly TreeSummary[]): Promise<void> {
    const { cursor, events, yieldTurn, sumsOf, mounts, trace } = this.context;
    trace?.tell(directory.path, 'summed up');
    if (mounts?.isMissingIn(directory.path) === true) for (const summary of [...this.summaries, ...more]) summary.complete = false;
    const parent = directory.path.slice(0, -directory.name.length);
    await sumBelow(cursor, directory.name, directory.stat, [...this.summaries, ...more], {
      yieldTurn,
      onProblem: (path, error) => events.onProblem(parent + path, error),
      onWarning: (path, message) => events.onWarning(parent + path, message),
      onVisited: (path, entries) => events.onVisited(parent + path, entries),
      sumsOf: sumsOf && ((path, stat) => sumsOf(parent + path, stat)),
      onKnown: (path) => trace?.tell(parent + path, 'not entered: its own repo has summed it up'),
    });
  }
}
