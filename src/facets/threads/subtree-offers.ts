import type { PartialSums } from '../../realdir/sums/tree-summary.js';
import type { IdleSeats } from '../../util/threads/idle-seats.js';
import type { PortCalls } from '../../util/threads/port-calls.js';
import type { ComparedSubtree, LeftSubtree, LeftSum, WalkThread } from './subtree.js';

/** To leave a subtree to another thread takes as long as to look at some fifty entries: so it must have many more. */
const LEAST_ENTRIES = 500;
/** How much the last directory of a depth says about the next one. */
const WEIGHT = 0.25;

/** Another thread, which waits for the subtree that it was claimed for. */
export type ClaimedThread = Pick<PortCalls<WalkThread>, 'call'>;

/** How a walk in one thread leaves subtrees to threads that have nothing to do. */
export class SubtreeOffers {
  private seats: IdleSeats | null = null;
  private threads: ReadonlyMap<number, ClaimedThread> = new Map();
  /** How many entries the last directories had with all that is below them, by their depth. */
  private readonly sizes: number[] = [];
  private entries = 0;

  /**
   * @param least how many entries a subtree must be likely to have
   * @param onCounted told how many entries were met so far
   */
  constructor(
    private readonly least = LEAST_ENTRIES,
    private readonly onCounted?: (entries: number) => void,
  ) {}

  /** From now on there are other threads. */
  open(seats: IdleSeats, threads: ReadonlyMap<number, ClaimedThread>): void {
    this.seats = seats;
    this.threads = threads;
  }

  /** Entries that were met so far. */
  get counted(): number {
    return this.entries;
  }

  count(entries: number): void {
    this.entries += entries;
    this.onCounted?.(this.entries);
  }

  /** Learns how many entries a directory had, all that is below it included. @param before what `counted` was when it was entered */
  noteSize(depth: number, before: number): void {
    const size = this.entries - before;
    const known = this.sizes[depth];
    this.sizes[depth] = known === undefined ? size : known + WEIGHT * (size - known);
  }

  /** Claims a thread for a directory; null if all are busy, or directories of that depth are not worth it. */
  claim(depth: number): ClaimedThread | null {
    if (this.seats === null) return null;
    const size = this.sizes[depth];
    if (size !== undefined && size < this.least) return null;
    const seat = this.seats.claim();
    if (seat === null) return null;
    // So that the directory above does not seem to be smaller than it is.
    this.entries += size ?? 0;
    return this.threads.get(seat) ?? null;
  }

  /** The walk of this thread has ended: it takes what others leave. */
  setIdle(): void {
    this.seats?.setIdle();
  }
}

/** Has a claimed thread compare a subtree. */
export function leaveSubtree(thread: ClaimedThread, subtree: LeftSubtree): Promise<ComparedSubtree> {
  return thread.call('compare', subtree);
}

/** Has a claimed thread sum up a directory. */
export function leaveSum(thread: ClaimedThread, left: LeftSum): Promise<PartialSums> {
  return thread.call('sum', left);
}
