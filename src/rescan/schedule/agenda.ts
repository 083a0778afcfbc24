import type { ByteString } from '../../util/byte-string.js';
import { Heap } from '../../util/process/heap.js';
import { NewRepos } from '../guard/limits.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { RootGuard } from '../guard/root-guard.js';
import type { ReadAllowances } from '../guard/read-allowance.js';
import type { Root } from '../site.js';

/** A repo and when it is due. */
export interface AgendaItem {
  readonly root: AgendaRoot;
  planned: PlannedRepo;
  /** Realdirs of the repos below. */
  readonly nested: readonly ByteString[];
  /** It is not begun before, whatever its schedules say; milliseconds since the epoch. */
  notBefore: number;
  /** What is left of runs that read files in slices; null if none is going on. */
  allowances: ReadAllowances | null;
  /** When it is to be begun, in milliseconds since the epoch; infinity means never. */
  beginAt: number;
  /** Repos below that go first, because they were due or worked on when it was this one's turn; null if it was not yet. */
  waitsFor: Set<ByteString> | null;
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
  /** What waits for repos below; it is not in the queue. */
  readonly waiting = new Set<AgendaItem>();
  /** Null as long as the root cannot be used. */
  guard: RootGuard | null = null;
  /** When repos are to be looked for; milliseconds since the epoch. */
  discoverAt = 0;
  /** What may be created until repos are looked for again. */
  newRepos: NewRepos;
  /** Whether what is left because of that limit was told. */
  isLeftTold = true;

  constructor(readonly root: Root) {
    this.newRepos = new NewRepos(root.limits.newRepos);
  }

  /** Puts an item where its time says, in milliseconds since the epoch; infinity means never. */
  schedule(item: AgendaItem, dueAt: number): void {
    item.beginAt = Math.max(dueAt, item.notBefore);
    if (Number.isFinite(item.beginAt)) this.queue.push(item.beginAt, item);
  }

  /** Forgets when what is to be begun. */
  clear(): void {
    this.queue.clear();
    this.waiting.clear();
  }

  /** What waited for a repo, and for no other, has its turn. */
  release(realdir: ByteString): void {
    for (const item of this.waiting) {
      if (item.waitsFor?.delete(realdir) !== true || item.waitsFor.size > 0) continue;
      this.waiting.delete(item);
      this.queue.push(item.beginAt, item);
    }
  }
}

/**
 * What is to be done next: the most overdue repo of a root, one root after the other, so that a root with
 * very many repos does not keep the others waiting. A repo is never given out twice at a time, and not before
 * those below it that are due, since it uses their sums.
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
      if (root.guard === null || !this.hasRoom(root, limits)) continue;
      const item = this.firstOf(root, now);
      if (item === null) continue;
      this.last = index;
      this.running.set(item.planned.realdir, { root: root.root.path, device: root.guard.device });
      return item;
    }
    return null;
  }

  /** Takes the first item of a root that need not wait for others; null if there is none. */
  private firstOf(root: AgendaRoot, now: number): AgendaItem | null {
    for (let { first } = root.queue; first !== undefined && first.key <= now; { first } = root.queue) {
      root.queue.pop();
      const { item } = first;
      const isFirst = (realdir: ByteString): boolean => this.isRunning(realdir) || (root.items.get(realdir)?.beginAt ?? now + 1) <= now;
      // Asked once: else repos that are due all the time would keep it waiting for ever.
      item.waitsFor ??= new Set(item.nested.filter(isFirst));
      if (item.waitsFor.size === 0) return item;
      root.waiting.add(item);
    }
    return null;
  }

  /**
   * Gives an item back.
   * @returns the item of the same repo as it is configured now; null if it is not any more
   */
  giveBack({ planned }: AgendaItem): AgendaItem | null {
    this.running.delete(planned.realdir);
    for (const root of this.roots) {
      root.release(planned.realdir);
      const item = root.items.get(planned.realdir);
      if (item === undefined) continue;
      item.waitsFor = null;
      return item;
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
