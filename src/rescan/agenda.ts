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
  /** Milliseconds since the epoch; infinite if never. */
  dueAt: number;
  /** It is not begun before, whatever its schedules say. */
  notBefore: number;
  isRunning: boolean;
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
  readonly items = new Map<ByteString, AgendaItem>();
  readonly queue = new Heap<AgendaItem>();
  /** Null as long as the root cannot be used. */
  guard: RootGuard | null = null;
  /** When repos are to be looked for; milliseconds since the epoch. */
  discoverAt = 0;
  running = 0;

  constructor(readonly root: Root) {}

  /** Puts an item where its time says. */
  schedule(item: AgendaItem, dueAt: number): void {
    item.dueAt = Math.max(dueAt, item.notBefore);
    if (Number.isFinite(item.dueAt)) this.queue.push(item.dueAt, item);
  }
}

/**
 * What is to be done next: the most overdue repo of a root, one root after the other, so that a root with
 * very many repos does not keep the others waiting. A repo is never given out twice at a time.
 */
export class Agenda {
  private roots: AgendaRoot[] = [];
  private last = 0;

  /** Begins anew with other roots; what is running is finished with the old ones. */
  setRoots(roots: readonly Root[]): readonly AgendaRoot[] {
    const before = this.roots;
    this.roots = roots.map((root) => new AgendaRoot(root));
    for (const next of this.roots) {
      for (const old of before.filter(({ root }) => root.path === next.root.path)) inherit(next, old);
    }
    return this.roots;
  }

  get all(): readonly AgendaRoot[] {
    return this.roots;
  }

  /** Takes the item that should be begun now; null if there is none, or no more may run. */
  take(now: number, limits: Limits): AgendaItem | null {
    for (let step = 1; step <= this.roots.length; step += 1) {
      const index = (this.last + step) % this.roots.length;
      const root = this.roots[index]!;
      const first = root.queue.first;
      if (first === undefined || first.key > now || !this.hasRoom(root, limits)) continue;
      root.queue.pop();
      this.last = index;
      return first.item;
    }
    return null;
  }

  /** When there is something to take, or to discover, if nothing else happens; milliseconds since the epoch. */
  next(limits: Limits): number {
    let next = Number.POSITIVE_INFINITY;
    for (const root of this.roots) {
      next = Math.min(next, root.discoverAt);
      if (this.hasRoom(root, limits)) next = Math.min(next, root.queue.first?.key ?? next);
    }
    return next;
  }

  private hasRoom(root: AgendaRoot, { jobs, jobsPerDevice }: Limits): boolean {
    const { guard } = root;
    if (guard === null || root.running >= (root.root.jobs ?? jobs)) return false;
    const onDevice = this.roots.reduce((sum, each) => sum + (each.guard?.device === guard.device ? each.running : 0), 0);
    return onDevice < jobsPerDevice && this.roots.reduce((sum, each) => sum + each.running, 0) < jobs;
  }
}

/** A repo that is being worked on stays so, whatever the configuration says now. */
function inherit(next: AgendaRoot, old: AgendaRoot): void {
  for (const [path, item] of old.items) {
    if (item.isRunning) next.items.set(path, item);
  }
}
