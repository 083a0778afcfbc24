import { FsoError } from '../../util/errors.js';
import type { Part } from '../places/parts.js';
import type { Amount } from './amount.js';
import { amountOf, minus, NOTHING } from './amount.js';
import { directoryOfRecord } from './groups.js';
import { Ledger } from './ledger.js';
import { movedIn } from './moved-in.js';
import type { Counted, MeasureOptions, Told } from './node-measure.js';
import { NodeMeasure } from './node-measure.js';
import type { Node } from './nodes.js';
import { nodesOf } from './nodes.js';

/**
 * How much there was in parts of repos at the edges of a period, each byte once: what several repos have, the innermost one tells.
 * Whole repos are as big as their toplevel says, which costs what changed; directories are added up by single records.
 * @param parts sorted by realdir
 */
export async function measure(parts: readonly Part[], options: MeasureOptions): Promise<Ledger> {
  const ledger = new Ledger(options.edges, options.ends);
  const told: Told[] = [];
  for (const outermost of nodesOf(parts, options.edges[0] ?? 0, options.histories, options.onProblem)) {
    const pending: { readonly node: Node; readonly held: Amount | null; readonly counted: readonly Counted[] }[] = [
      { node: outermost, held: null, counted: [] },
    ];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { node, held, counted } = next;
      try {
        const one = new NodeMeasure(node, held, ledger, options);
        const { countedOf, heldOf } = await one.run(counted);
        told.push(one.told);
        pending.push(...node.inner.map((inner) => ({ node: inner.node, held: heldOf(inner.node), counted: countedOf(inner.countedAt) })));
      } catch (error) {
        if (!(error instanceof FsoError)) throw error;
        options.onProblem(node.part.repo.realdir, error);
        pending.push(...node.inner.map((inner) => ({ node: inner.node, held: null, counted: [] })));
      }
    }
  }
  await takeMovedFromFirst(told, ledger, options);
  return ledger;
}

async function takeMovedFromFirst(told: readonly Told[], ledger: Ledger, options: MeasureOptions): Promise<void> {
  const moves = await movedIn(told, told.filter(({ isFirst }) => isFirst), options);
  for (const { to, path, stat } of moves) {
    ledger.addFirst(to.start, to.grouping.of(directoryOfRecord(path, stat.kind)), minus(NOTHING, amountOf(stat)));
  }
}
