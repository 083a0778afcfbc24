import type { ByteString } from '../util/byte-string.js';
import { Heap } from '../util/heap.js';
import type { PlannedRepo } from './plan.js';
import type { RootGuard } from './root-guard.js';
import type { ShaAllowance } from './sha-allowance.js';
import type { Root } from './types.js';

/** A repo and when it is due. */
export interface AgendaItem {
  readonly root: AgendaRoot;
  planned: PlannedRepo;
  /** It is not begun before, whatever its schedules say; milliseconds since the epoch. */
  notBefore: number;
  /** What is left of a run of `sha` that is done in slices; null if none is going on. */
  allowance: ShaAllowance | null;
}

/** How many repos may be worked on at the same time. */
export interface Limits {
  readonly jobs: number;
  readonly jobsPerDevice: number;
}

/** The repos of one root, by when they are due. */
export class AgendaRoot {
  /** By realdir. */
  items: ReadonlyMap<ByteString, AgendaItem> = new Map();
  readonly queue = new Heap<AgendaItem>();
  /** Null as long as the root cannot be used. */
  guard: RootGuard | null = null;
  /** When repos are to be looked for; milliseconds since the epoch. */
  discoverAt = 0;

  constructor(readonly root: Root) {}

  /** Puts an item where its time says, in milliseconds since the epoch; infinity means never. */
  schedule(item: AgendaItem, dueAt: number): void {
    if (Number.isFinite(dueAt)) this.queue.push(Math.max(dueAt, item.notBefore), item);
  }
}

/**
 * What is to be done next: the most overdue repo of a root, one root after the other, so that a root with
 * very many repos does not keep the others waiting. A repo is never given out twice at a time.
 */
export class Agenda {
  roots: readonly AgendaRoot[] = [];
  private last = 0;
  /** What was given out, by realdir. It may be of roots that are not configured any more. */
  private readonly running = new Map<ByteString, { readonly root: ByteString; readonly device: number }>();

  /** Begins anew with other roots. */
  setRoots(roots: readonly Root[]): void {
    this.roots = roots.map((root) => new AgendaRoot(root));
  }

  /** Number of items that were given out and not given back. */
  get runningCount(): number {
    return this.running.size;
  }

  isRunning(realdir: ByteString): boolean {
    return this.running.has(realdir);
  }

  /** Takes the item that should be begun now; null if there is none, or no more may run. */
  take(now: number, limits: Limits): AgendaItem | null {
    for (let step = 1; step <= this.roots.length; step += 1) {
      const index = (this.last + step) % this.roots.length;
      const root = this.roots[index]!;
      const { first } = root.queue;
      if (first === undefined || first.key > now || root.guard === null || !this.hasRoom(root, limits)) continue;
      root.queue.pop();
      this.last = index;
      this.running.set(first.item.planned.realdir, { root: root.root.path, device: root.guard.device });
      return first.item;
    }
    return null;
  }

  /**
   * Gives an item back.
   * @returns the item of the same repo as it is configured now; null if it is not any more
   */
  giveBack({ planned }: AgendaItem): AgendaItem | null {
    this.running.delete(planned.realdir);
    for (const { items } of this.roots) {
      const item = items.get(planned.realdir);
      if (item !== undefined) return item;
    }
    return null;
  }

  /** When there is something to take, or to discover, if nothing is given back before; milliseconds since the epoch. */
  next(limits: Limits): number {
    let next = Number.POSITIVE_INFINITY;
    for (const root of this.roots) {
      next = Math.min(next, root.discoverAt);
      if (root.guard !== null && this.hasRoom(root, limits)) next = Math.min(next, root.queue.first?.key ?? next);
    }
    return next;
  }

  private hasRoom({ root, guard }: AgendaRoot, { jobs, jobsPerDevice }: Limits): boolean {
    if (this.running.size >= jobs) return false;
    let inRoot = 0;
    let onDevice = 0;
    for (const each of this.running.values()) {
      if (each.root === root.path) inRoot += 1;
      if (each.device === guard?.device) onDevice += 1;
    }
    return inRoot < (root.jobs ?? jobs) && onDevice < jobsPerDevice;
  }
}
