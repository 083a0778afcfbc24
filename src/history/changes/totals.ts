import type { ByteString } from '../../util/byte-string.js';
import { directoryOf } from '../../util/byte-string.js';
import type { Change } from './compare-parts.js';

/** How many paths, and how many bytes they have; of modified ones, by how many they grew, which may be negative. */
export interface Total {
  readonly count: number;
  readonly size: bigint;
}

const KINDS = ['added', 'modified', 'deleted', 'moved', 'first'] as const;

/** What `first` holds, that is newly observed, is not in `added`. */
export type Totals = Readonly<Record<(typeof KINDS)[number], Total>>;

/** Adds changes up. What is in a sum that is listed, too, counts once. */
export class ChangeTally {
  readonly #totals = Object.fromEntries(KINDS.map((kind) => [kind, { count: 0, size: 0n }])) as Record<
    (typeof KINDS)[number],
    { count: number; size: bigint }
  >;

  add({ change, first, before, after, isCounted, bytesElsewhere }: Change): void {
    if (!isCounted) return;
    const total = this.#totals[change === 'added' && first ? 'first' : change];
    const was = BigInt(before?.size ?? 0) - bytesElsewhere.before;
    const is = BigInt(after?.size ?? 0) - bytesElsewhere.after;
    total.count += 1;
    total.size += change === 'modified' ? is - was : change === 'deleted' ? was : is;
  }

  get totals(): Totals {
    return this.#totals;
  }
}

/** Totals by the directories that what changed is in, sorted by path. */
export function totalsByDirectory(changes: readonly Change[]): readonly (readonly [directory: ByteString, totals: Totals])[] {
  const tallies = new Map<ByteString, ChangeTally>();
  for (const change of changes) {
    if (!change.isCounted) continue;
    const directory = change.path === change.repo.realdir ? change.path : directoryOf(change.path);
    let tally = tallies.get(directory);
    if (tally === undefined) tallies.set(directory, (tally = new ChangeTally()));
    tally.add(change);
  }
  return [...tallies].map(([directory, { totals }]) => [directory, totals] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}
