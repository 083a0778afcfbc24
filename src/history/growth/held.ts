import { indexAt } from '../../git/commits/first-parents.js';
import type { RecordedCommit } from '../../git/commits/first-parents.js';
import type { Histories } from '../states/histories.js';
import { RecordReader } from '../states/record-reader.js';
import type { Amount } from './amount.js';
import { minus, NOTHING, plus } from './amount.js';
import type { Node } from './nodes.js';
import { RepoSums } from './repo-sums.js';

/** Seconds: a rescan comes to an outer repo so much later than to those in it, at most. A later sum tells of other growth, too. */
const SAME_RESCAN = 12 * 3600;

/**
 * How much there was in repos before their own records begin, when only the sum of an outer repo has counted it: as much as in
 * their first records, less what the sum grew by if it was made anew in the same rescan. So what came into being with a repo is
 * growth, what was there before is not.
 * @param outer the history of the outer repo, and its sums
 * @param inner repos whose bytes are in these sums, each with or without earlier records
 */
export async function heldAmounts(
  outer: { readonly commits: readonly RecordedCommit[]; readonly sums: RepoSums },
  inner: readonly Node[],
  histories: Histories,
): Promise<ReadonlyMap<Node, Amount>> {
  const held = new Map<Node, Amount>();
  // Several that began between the same two sums share what is new; 0 stands for those that began without a new sum.
  const groups = new Map<number, { readonly node: Node; readonly first: Amount }[]>();
  for (const node of inner.filter(({ begin, heldFrom }) => heldFrom < begin)) {
    const next = indexAt(outer.commits, node.begin - 1) + 1;
    const isSummed = next > 0 && (outer.commits[next]?.seconds ?? Number.POSITIVE_INFINITY) - node.begin <= SAME_RESCAN;
    const index = isSummed ? next : 0;
    const first = await firstOf(node, histories);
    groups.set(index, [...(groups.get(index) ?? []), { node, first }]);
  }
  for (const [index, group] of groups) {
    const all = group.reduce((sum, { first }) => plus(sum, first), NOTHING);
    const grown = index === 0 ? NOTHING : minus((await outer.sums.at(index)).amount, (await outer.sums.at(index - 1)).amount);
    for (const { node, first } of group) {
      held.set(node, { files: oldOf(first.files, all.files, grown.files), size: oldOf(first.size, all.size, grown.size) });
    }
  }
  return held;
}

async function firstOf({ part }: Node, histories: Histories): Promise<Amount> {
  const asked = histories.of(part.repo);
  const records = new RecordReader(asked.history);
  try {
    return (await new RepoSums(asked, [], records).at(0)).amount;
  } finally {
    await records.close();
  }
}

/** What of a part was there before, if of all parts so much at most is new. */
function oldOf(part: bigint, all: bigint, grown: bigint): bigint {
  if (all === 0n || grown <= 0n) return part;
  return grown >= all ? 0n : part - (part * grown) / all;
}
