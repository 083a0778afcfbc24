import { setImmediate } from 'node:timers/promises';
import path from 'node:path';
import { parseConfig } from '../../src/config/load.js';
import { setGitEnvironment } from '../../src/git/process/run-git.js';
import type { Clock } from '../../src/rescan/schedule/clock.js';
import type { RescanEvent } from '../../src/rescan/events.js';
import { openContext } from '../../src/rescan/open-context.js';
import { Scheduler } from '../../src/rescan/schedule/scheduler.js';
import type { Site } from '../../src/rescan/site.js';
import { ProblemStore } from '../../src/shadow/remembered/problem-store.js';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, cleanEnvironment, tempDir } from '../harness/index.js';

const START = Date.UTC(2024, 0, 1);

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A clock that jumps to the time that is waited for, except while there is work to wait for. */
class FakeClock implements Clock {
  private milliseconds = START;
  isBusy: () => boolean = () => false;

  now(): Date {
    return new Date(this.milliseconds);
  }

  /** Time since the simulation began. */
  get elapsed(): number {
    return this.milliseconds - START;
  }

  advance(milliseconds: number): void {
    this.milliseconds += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const before = this.milliseconds;
    while (this.isBusy() && signal?.aborted !== true) await setImmediate();
    await setImmediate();
    if (signal?.aborted !== true) this.milliseconds = before + Math.max(milliseconds, 1);
  }
}

/** What is told of one repo, and when. */
export interface Ran {
  readonly at: number;
  /** Below the directory of all roots. */
  readonly repo: string;
  readonly facets: readonly string[];
  readonly error: string | null;
}

/** A site with roots in one directory, whose schedules are followed in simulated time. */
export class Simulation {
  readonly top = tempDir();
  readonly clock = new FakeClock();
  readonly events: RescanEvent[] = [];
  readonly ran: Ran[] = [];
  private readonly stopper = new AbortController();
  private readonly aborter = new AbortController();
  scheduler: Scheduler | null = null;

  /** @param roots names of the directories that are roots, with the settings of each in YAML flow style */
  constructor(
    tree: TreeSpec,
    private roots: Readonly<Record<string, string>>,
    private readonly settings = '',
  ) {
    setGitEnvironment(process.env);
    buildTree(this.top, tree);
  }

  path(...names: string[]): string {
    return path.join(this.top, ...names);
  }

  site(): Site {
    const roots = Object.entries(this.roots).map(([name, settings]) => `  - { path: ${this.path(name)}, ${settings} }\n`);
    return parseConfig(Buffer.from(`shadow: ${this.path('shadow')}\n${this.settings}roots:\n${roots.join('')}`), 'test.yml');
  }

  problems(): ProblemStore {
    return new ProblemStore(this.path('shadow'));
  }

  setRoots(roots: Readonly<Record<string, string>>): void {
    this.roots = roots;
    this.scheduler?.reload(this.site());
  }

  stop(): void {
    this.stopper.abort();
  }

  abort(): void {
    this.aborter.abort();
  }

  /** Does what is due now; returns what was done. `onRan` is told it at once. */
  async once(onRan: (ran: Ran) => void = () => undefined): Promise<readonly Ran[]> {
    const done = this.ran.length;
    await this.start(true, onRan);
    return this.ran.slice(done);
  }

  /** Stays for so long; `onRan` is told what is done. */
  async stay(milliseconds: number, onRan: (ran: Ran) => void = () => undefined): Promise<void> {
    const end = this.clock.elapsed + milliseconds;
    const { clock } = this;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (time, signal) => {
      if (clock.elapsed >= end) this.stop();
      await sleep(time, signal);
    };
    await this.start(false, onRan);
  }

  private async start(once: boolean, onRan: (ran: Ran) => void = () => undefined): Promise<void> {
    const { clock } = this;
    const options = {
      env: cleanEnvironment(),
      waitMs: 0,
      command: 'test',
      clock,
      stop: this.stopper.signal,
      signal: this.aborter.signal,
    };
    const { context } = openContext(this.site(), options, (event) => {
      this.events.push(event);
      if (event.type !== 'repo') return;
      const { realdir, facets, error } = event.report;
      const ran = { at: clock.elapsed, repo: path.relative(this.top, realdir), facets: [...facets.keys()], error: error?.message ?? null };
      this.ran.push(ran);
      onRan(ran);
    });
    const scheduler = new Scheduler(context);
    this.scheduler = scheduler;
    clock.isBusy = () => scheduler.runningCount > 0;
    await scheduler.run(once);
  }
}

/** When a facet of a repo was done. */
export function times(ran: readonly Ran[], repo: string, facet: string): number[] {
  return ran.filter((each) => each.repo === repo && each.facets.includes(facet)).map(({ at }) => at);
}

/** Where a repo of the simulation has its shadow repo. */
export function shadowOf(simulation: Simulation, repo: string): string {
  for (const event of simulation.events) {
    if (event.type === 'repo' && event.report.realdir === simulation.path(repo) && event.report.shadow !== null) return event.report.shadow;
  }
  throw new Error(`${repo} has no shadow repo`);
}
