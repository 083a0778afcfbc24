import type { ByteString } from '../../../util/byte-string.js';
import { successorOf } from '../../../record/readings.js';
import type { Interval } from '../past/path-ranges.js';

/**
 * What became of a file: it was `read`; it is not what is recorded any more, or gone, and so was `passed` over; it is `fresh`, read
 * not long ago, and so was not read again; it could not be read.
 */
export type SlotOutcome = 'read' | 'passed' | 'fresh' | 'unread';

/** A file, or all that is in a directory, in the order of paths. */
export interface Slot {
  readonly until: ByteString;
  readonly bytes: number;
  outcome: SlotOutcome | null;
}

/** Paths that were read one after the other. */
export interface Segment extends Interval {
  readonly files: number;
  readonly bytes: number;
}

interface OpenSegment {
  readonly from: ByteString;
  until: ByteString;
  files: number;
  bytes: number;
}

/** So many fresh files between others are no reason for a new range. */
const FEW = 100;

/** Files are read several at a time, and end in any order: tells how far all before are done, and what was read of them. */
export class ReadOrder {
  private readonly waiting: Slot[] = [];
  private first = 0;
  private readonly closed: Segment[] = [];
  private open: OpenSegment | null = null;
  /** Fresh files since the last one that was read. */
  private fresh = 0;
  /** Everything before is done. */
  private edge: ByteString;

  constructor(private readonly interval: Interval) {
    this.edge = interval.from;
  }

  /** Takes a file into the order. */
  file(path: ByteString, bytes: number, outcome: SlotOutcome | null = null): Slot {
    return this.add({ until: successorOf(path), bytes, outcome });
  }

  /** Takes a directory into the order of which nothing could be read. */
  unreadDirectory(path: ByteString): void {
    // The slash is followed by the zero.
    this.add({ until: `${path}0`, bytes: 0, outcome: 'unread' });
  }

  private add(slot: Slot): Slot {
    this.waiting.push(slot);
    if (slot.outcome !== null) this.advance();
    return slot;
  }

  /** Says what became of a file. */
  settle(slot: Slot, outcome: SlotOutcome): void {
    slot.outcome = outcome;
    this.advance();
  }

  /** What was read, and before which path all is done; that is null if `isComplete`, and nothing waits. */
  result(isComplete: boolean): { readonly segments: readonly Segment[]; readonly edge: ByteString | null } {
    const isAtEnd = isComplete && this.first === this.waiting.length;
    if (isAtEnd && this.open !== null && this.fresh === 0 && this.open.until === this.edge) this.close(this.interval.until);
    else this.close(this.open?.until ?? null);
    return { segments: this.closed, edge: isAtEnd ? null : this.edge };
  }

  private advance(): void {
    for (let slot = this.waiting[this.first]; slot !== undefined && slot.outcome !== null; slot = this.waiting[this.first]) {
      this.take(slot, slot.outcome);
      this.edge = slot.until;
      this.first += 1;
    }
    if (this.first < 4096) return;
    this.waiting.splice(0, this.first);
    this.first = 0;
  }

  private take(slot: Slot, outcome: SlotOutcome): void {
    if (outcome === 'fresh') {
      this.fresh += 1;
      return;
    }
    if (outcome === 'unread') return this.close(this.open?.until ?? null);
    if (this.fresh >= FEW) this.close(this.open?.until ?? null);
    this.fresh = 0;
    this.open ??= { from: this.edge, until: slot.until, files: 0, bytes: 0 };
    this.open.until = slot.until;
    if (outcome === 'passed') return;
    this.open.files += 1;
    this.open.bytes += slot.bytes;
  }

  private close(until: ByteString | null): void {
    const { open } = this;
    this.open = null;
    this.fresh = 0;
    if (open !== null && open.files > 0) this.closed.push({ from: open.from, until, files: open.files, bytes: open.bytes });
  }
}
