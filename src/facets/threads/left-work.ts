import { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import { sumBelow } from '../../realdir/sums/sum-below.js';
import type { PartialSums } from '../../realdir/sums/tree-summary.js';
import { TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { ObservationContext } from '../observe/context.js';
import { Observation } from '../observe/observation.js';
import { sumHooks } from '../observe/sum-hooks.js';
import type { ComparedSubtree, LeftSubtree, LeftSum, WalkThread } from './subtree.js';

/**
 * Does in this thread what others have left to it, one piece at a time: while a piece waits for parts that were left to others in turn, the
 * thread counts as idle again.
 */
export class LeftWork<State> implements WalkThread {
  /** @param context of the walk in this thread; its cursor is at the toplevel whenever the thread is idle */
  constructor(private readonly context: ObservationContext<State>) {}

  readonly compare = async (left: LeftSubtree): Promise<ComparedSubtree> => {
    const { cursor, exclude, ignoreSteps } = this.context;
    const summary = left.isCounted ? new TreeSummary() : null;
    const fingerprints = this.context.fingerprints?.ofPart() ?? null;
    const observation = new Observation({ ...this.context, summary, gitSummary: null, fingerprints });
    const scope = left.scope === null ? null : IgnoreScope.of(left.scope, exclude, ignoreSteps);
    cursor.goTo(left.levels);
    const visited = await observation.visitLeft(left, scope);
    this.rest();
    const tree = 'later' in visited ? await visited.later : visited.tree;
    return { tree, fingerprints: fingerprints?.found ?? null, sums: summary?.sums ?? null };
  };

  readonly sum = async ({ levels, name, stat, parent }: LeftSum): Promise<PartialSums> => {
    const summary = new TreeSummary();
    this.context.cursor.goTo(levels);
    const still = await sumBelow(this.context.cursor, name, stat, [summary], sumHooks(this.context, parent));
    this.rest();
    if (still !== null) await still.added;
    return summary.sums;
  };

  private rest(): void {
    this.context.cursor.goTo([]);
    this.context.offers?.setIdle();
  }
}
