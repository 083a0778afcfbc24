import { RootError } from '../guard/root-error.js';
import type { AgendaItem, AgendaRoot } from './agenda.js';
import { Agenda } from './agenda.js';
import { closeSite } from '../guard/close-site.js';
import type { RescanContext } from '../context.js';
import { discoverRoot, dueTimeOf } from '../plan/discover-root.js';
import { reportOfBug } from '../run/repo-problems.js';
import { rootFailed, tellPostponed } from '../run/root-problems.js';
import { runItem } from '../run/run-item.js';
import type { Site } from '../site.js';

/** Clocks are set and machines sleep: so nothing waits for longer than this without looking at the time. */
const LONGEST_SLEEP_MS = 60_000;

/** A repo is left alone for this long after it was worked on; no schedule is shorter. */
const PAUSE_MS = 60_000;

/** How often to tell how it goes while there is always something to do. */
const TELL_EVERY_MS = 5 * 60_000;

/** What tells about the rounds of a scheduler: from the first repo that is due to when none is. */
export interface SchedulerListener {
  /** Nothing is due any more for now, or much time has passed. */
  onPause?(): void;
  /** It has looked at the time, which it does once a minute at least. */
  onTurn?(): void;
}

/** Does what is due, when it is due, for all roots of a site. */
export class Scheduler {
  private readonly agenda = new Agenda();
  private readonly running = new Set<Promise<void>>();
  private bell = new AbortController();
  private context: RescanContext;
  private nextSite: Site | null;
  private isBusy = false;
  private toldAt = 0;
  /** What becomes due later is left alone; milliseconds since the epoch. */
  private horizon = Number.POSITIVE_INFINITY;

  constructor(
    context: RescanContext,
    private readonly listener: SchedulerListener = {},
  ) {
    this.context = context;
    this.nextSite = context.site;
  }

  /** Repos in flight. */
  get runningCount(): number {
    return this.running.size;
  }

  /** Uses another configuration from now on; repos in flight are finished with the old one. */
  reload(site: Site): void {
    this.nextSite = site;
    this.ring();
  }

  /**
   * Works until it is stopped; if `once` is set, until all is done that was due when it began, so that it ends
   * even where things become due faster than they are done. Repos in flight are finished.
   * @throws the reason of the signal when aborted
   */
  async run(once: boolean): Promise<void> {
    const { stop, options } = this.context;
    const ring = (): void => this.ring();
    stop?.addEventListener('abort', ring);
    options.signal?.addEventListener('abort', ring);
    try {
      await closeSite(this.context);
      while (!this.isOver()) {
        this.bell = new AbortController();
        this.takeSite();
        await this.discover(once);
        if (once) this.horizon = Math.min(this.horizon, this.now());
        this.begin();
        this.tellPause();
        this.listener.onTurn?.();
        if (once && this.running.size === 0) break;
        if (!this.isOver()) await this.wait();
      }
    } finally {
      stop?.removeEventListener('abort', ring);
      options.signal?.removeEventListener('abort', ring);
      await Promise.all(this.running);
      this.tellPause();
    }
    options.signal?.throwIfAborted();
  }

  private isOver(): boolean {
    return this.context.stop?.aborted === true || this.context.options.signal?.aborted === true;
  }

  private ring(): void {
    this.bell.abort();
  }

  private takeSite(): void {
    if (this.nextSite === null) return;
    const site = this.nextSite;
    this.nextSite = null;
    this.horizon = Number.POSITIVE_INFINITY;
    this.context = { ...this.context, site };
    for (const root of site.roots.filter(({ schedule }) => schedule.size === 0))
      this.context.emit({ type: 'unscheduled', root: root.path });
    this.agenda.setRoots(site.roots.filter(({ schedule }) => schedule.size > 0));
  }

  private async discover(once: boolean): Promise<void> {
    for (const root of this.agenda.roots) {
      if (root.discoverAt > this.now() || this.isOver()) continue;
      await discoverRoot(this.context, this.agenda, root);
      // What is new by then is for the next run.
      if (once && root.guard !== null) root.discoverAt = Number.POSITIVE_INFINITY;
    }
  }

  private begin(): void {
    for (;;) {
      const item = this.isOver() ? null : this.agenda.take(Math.min(this.now(), this.horizon), this.context.site);
      if (item === null) return;
      this.isBusy = true;
      const work = this.work(item).finally(() => {
        this.running.delete(work);
        this.ring();
      });
      this.running.add(work);
    }
  }

  /** Works on one repo. Never rejects: what fails is told. */
  private async work(item: AgendaItem): Promise<void> {
    const { context } = this;
    const { guard, root } = item.root;
    item.notBefore = this.now() + PAUSE_MS;
    try {
      const report = guard === null ? null : await runItem(context, item, guard);
      if (report !== null) {
        const { realdir, shadow, missing, rename } = report;
        item.planned = { realdir, shadow, missing, error: item.planned.error, ...(rename !== null && { rename }) };
        context.emit({ type: 'repo', root: root.path, report });
        // What was refused will not be smaller soon, nor will a directory get its old name back.
        if (report.refused !== null || (shadow === null && rename !== null)) item.notBefore = item.root.discoverAt;
      }
      // What is left because of a limit, or waits for somebody who decides, is for the next round.
      const isLeft = item.root.newRepos.left > 0 || item.planned.rename !== undefined;
      if (report === null && item.planned.shadow === null && isLeft) item.notBefore = item.root.discoverAt;
      // Others that are due already go first, but it need not wait for longer.
      if (item.allowances !== null) item.notBefore = Math.min(this.now(), this.horizon);
    } catch (error) {
      this.failed(item, error);
    } finally {
      this.giveBack(item);
    }
  }

  private failed({ root, planned }: AgendaItem, error: unknown): void {
    const { context } = this;
    if (context.options.signal?.aborted === true) return;
    if (!(error instanceof RootError)) {
      context.emit({ type: 'repo', root: root.root.path, report: reportOfBug(context, planned, error) });
    } else if (root.guard !== null) {
      this.leaveAlone(root, error);
    }
  }

  /** Looks at a root again before anything below it is touched. */
  private leaveAlone(root: AgendaRoot, error: RootError): void {
    root.guard = null;
    rootFailed(this.context, root.root, error);
    root.discoverAt = this.now() + PAUSE_MS;
  }

  private giveBack(item: AgendaItem): void {
    const current = this.agenda.giveBack(item);
    if (current === null) return;
    current.planned = item.planned;
    current.notBefore = item.notBefore;
    current.allowances = item.allowances;
    current.root.schedule(current, dueTimeOf(this.context, current));
  }

  /** Says that a round is over, or that one takes long. */
  private tellPause(): void {
    if (!this.isBusy || (this.running.size > 0 && this.now() < this.toldAt + TELL_EVERY_MS)) return;
    this.isBusy = this.running.size > 0;
    this.toldAt = this.now();
    if (!this.isBusy) this.tellLeft();
    this.listener.onPause?.();
  }

  /** Says, once a round, which directories got no shadow repo because of a limit. */
  private tellLeft(): void {
    for (const root of this.agenda.roots.filter(({ isLeftTold }) => !isLeftTold)) {
      root.isLeftTold = true;
      tellPostponed(this.context, root.root, root.newRepos);
    }
  }

  private now(): number {
    return this.context.clock.now().getTime();
  }

  private async wait(): Promise<void> {
    // Whoever has a horizon waits for what is running, and nothing else.
    const next = Number.isFinite(this.horizon) ? Number.POSITIVE_INFINITY : this.agenda.next(this.context.site);
    const left = next - this.now();
    await this.context.clock.sleep(Math.min(Math.max(left, 0), LONGEST_SLEEP_MS), this.bell.signal);
  }
}
