import type { EntryStat } from '../../realdir/lstat.js';
import { sumBelow } from '../../realdir/sum-below.js';
import type { TreeSummary } from '../../realdir/tree-summary.js';
import type { ObservationContext } from './context.js';
import type { EnteredDirectory } from './recorder.js';

/** Adds what a walk meets to the summaries that are being made, if any. */
export class Counting {
  private readonly summaries: readonly TreeSummary[];

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
    const { gitSummary } = this.context;
    if (!this.isWanted) return;
    await this.walk(directory, directory.path === '.git' && gitSummary !== null ? [gitSummary] : []);
  }

  /** Walks a directory also for a summary of its own, or null. */
  async belowWith(directory: EnteredDirectory, own: TreeSummary | null): Promise<void> {
    if (own !== null || this.isWanted) await this.walk(directory, own === null ? [] : [own]);
  }

  private async walk(directory: EnteredDirectory, more: readonly TreeSummary[]): Promise<void> {
    const { cursor, events, breathe } = this.context;
    const parent = directory.path.slice(0, -directory.name.length);
    await sumBelow(cursor, directory.name, directory.stat, [...this.summaries, ...more], {
      breathe,
      onProblem: (path, error) => events.onProblem(parent + path, error),
      onVisited: (path, entries) => events.onVisited(parent + path, entries),
    });
  }
}
