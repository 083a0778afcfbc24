import { DEFAULTS } from '../../defaults.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { HashPool } from '../../realdir/hash/hash-pool.js';
import { existsRealdir } from '../../realdir/reach/reach.js';
import type { ReadRange, Readings } from '../../record/readings.js';
import { acquireLock } from '../../shadow/lock/lock.js';
import { lockOptionsOf, repoLockPath } from '../../shadow/lock/repo-lock.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FacetListener, FacetResult, VerifyCounts } from '../facet-result.js';
import { FacetTally } from '../facet-result.js';
import type { LimitOptions } from '../run-limits.js';
import { LIMITS_BY_HAND } from '../run-limits.js';
import { freshSince } from './reading/freshness.js';
import type { Interval } from './past/path-ranges.js';
import { ReadingEstimate } from './reading/reading-estimate.js';
import type { StepContext } from './reading/read-step.js';
import { readStep, recheckStep } from './reading/read-step.js';
import { VerifyRecorder } from './verify-recorder.js';
import { isAtAny, readVerifyState } from './verify-state.js';

/** After this much work what was read is recorded, so that an interruption costs no more. */
const STEP = { ms: 10 * 60_000, bytes: 1024 ** 4 };

/** How often to tell how far the reading is. */
const TELL_MS = 500;

const MISSING = 'the directory is missing; nothing was read';
const NOTHING_HASHED = 'no checksums are recorded yet, with which it could be compared; `git-fso sha` records them';

/** What a `verify` run reads. */
export interface VerifyOptions {
  /** Threads that read. */
  readonly workers?: number;
  /** No file is begun after this many bytes, or this many milliseconds; without it, all is read, else the round at most to its end. */
  readonly limit?: { readonly bytes?: number; readonly ms?: number };
  /** Only files that were not read since. */
  readonly unreadSince?: Date;
  /** Only what is at or below these paths, relative to the realdir. */
  readonly paths?: readonly ByteString[];
  /** Records what was read after this many milliseconds, and goes on; ten minutes if it is not given. */
  readonly step?: { readonly ms?: number };
  readonly now?: () => Date;
}

/** The result of a facet, with what was verified. */
export type VerifyResult = FacetResult & { readonly integrity: VerifyCounts };

/**
 * Reads files whose checksums are recorded, and compares: in the order of paths, from where the last run has stopped, until the budget is
 * used up. What it learns is on `master-verify`. A run that is cancelled records what it has read.
 * @throws LockedError if another one reads the same repo for longer than the run waits
 */
export async function recordVerify(
  repo: ShadowRepo,
  options: VerifyOptions & RunOptions & LimitOptions & FacetListener,
): Promise<VerifyResult> {
  const lock = await acquireLock(`${repoLockPath(repo)}-reading`, 'exclusive', lockOptionsOf(options));
  const { signal, workers = DEFAULTS.hashWorkers } = options;
  const pool = new HashPool({ workers, ...(signal && { signal }) });
  try {
    return await new VerifyRun(repo, pool, options).run();
  } finally {
    await pool.close();
    lock.release();
  }
}

/** What is at or below a path. */
function intervalsOf(path: ByteString): Interval[] {
  if (path === '') return [{ from: '', until: null }];
  return [{ from: path, until: `${path}\x01` }, { from: `${path}/`, until: `${path}0` }];
}

/** Without paths that are at or below another one; in their order. */
function outermost(paths: readonly ByteString[]): readonly ByteString[] {
  const isInside = (path: ByteString): boolean => paths.some((other) => path.startsWith(`${other}/`));
  return [...new Set(paths)].filter((path) => !isInside(path)).sort();
}

class VerifyRun {
  private readonly tally: FacetTally;
  private readonly now: () => Date;
  private readonly before: Readings;
  private readonly begun: number;
  private readonly recorder: VerifyRecorder;
  private readonly end: number;
  private readonly bytes: number;
  private submitted = 0;

  constructor(
    private readonly repo: ShadowRepo,
    private readonly pool: HashPool,
    private readonly options: VerifyOptions & RunOptions & LimitOptions & FacetListener,
  ) {
    const { limit = {}, now = () => new Date() } = options;
    this.tally = new FacetTally(options);
    this.now = now;
    this.begun = Math.floor(now().getTime() / 1000);
    this.end = performance.now() + (limit.ms ?? Number.POSITIVE_INFINITY);
    this.bytes = limit.bytes ?? Number.POSITIVE_INFINITY;
    const reader = ObjectReader.open(repo.gitDir);
    try {
      this.before = readVerifyState(repo, reader).readings;
    } finally {
      reader.close();
    }
    this.recorder = new VerifyRecorder(repo, this.tally, options);
  }

  async run(): Promise<VerifyResult> {
    const { options, tally, pool } = this;
    const isFresh = this.freshness();
    const intervals = this.intervals();
    const estimate = options.onProgress === undefined ? null : ReadingEstimate.of(this.repo, intervals, isFresh, this.bytes, this.end);
    const ticker = setInterval(() => tally.onReading(estimate?.of(pool.reading) ?? pool.reading), TELL_MS).unref();
    try {
      const isComplete = await this.read(intervals, isFresh);
      await this.recorder.finish();
      options.signal?.throwIfAborted();
      const counts = this.recorder.counts(this.wants);
      return { ...tally.result(this.recorder.commit, isComplete), bytes: pool.bytesHashed, integrity: counts };
    } finally {
      clearInterval(ticker);
    }
  }

  private readonly wants = (path: ByteString): boolean => {
    const { paths } = this.options;
    return paths === undefined || isAtAny(path, paths);
  };

  private freshness(): ((path: ByteString) => boolean) | null {
    const head = this.repo.head('sha');
    const { unreadSince } = this.options;
    if (unreadSince === undefined || head === null) return null;
    const reader = ObjectReader.open(this.repo.gitDir);
    try {
      return freshSince(this.repo.gitDir, reader, head, this.before, Math.floor(unreadSince.getTime() / 1000));
    } finally {
      reader.close();
    }
  }

  /** What is to be read, one after the other; without a budget that is all, beginning where the last run has stopped. */
  private intervals(): readonly Interval[] {
    const { limit, paths } = this.options;
    if (paths !== undefined && !paths.includes('')) return outermost(paths).flatMap(intervalsOf);
    const from = this.before.next ?? '';
    const rest = { from, until: null };
    return from === '' || limit !== undefined ? [rest] : [rest, { from: '', until: from }];
  }

  /** Returns false if the budget was used up before the end. */
  private async read(intervals: readonly Interval[], isFresh: StepContext['isFresh']): Promise<boolean> {
    const { repo, pool, tally, options, now, before: readings } = this;
    const { signal, limits = LIMITS_BY_HAND } = options;
    const context: StepContext = { repo, pool, tally, limits, signal, readings, isFresh, now };
    const recheck = await recheckStep(context, this.wants);
    if (recheck !== null) await this.recorder.record(recheck, [], null);
    for (const [index, interval] of intervals.entries()) {
      let { from } = interval;
      for (;;) {
        const deadline = Math.min(performance.now() + (options.step?.ms ?? STEP.ms), this.end);
        const begin = Math.floor(now().getTime() / 1000);
        const step = await readStep(context, { ...interval, from }, { bytes: Math.min(STEP.bytes, this.bytes - this.submitted), deadline });
        if (step === null) {
          tally.onWarning('', existsRealdir(repo.realdir, repo.bounds) ? NOTHING_HASHED : MISSING);
          return true;
        }
        this.submitted += step.submitted;
        const end = Math.floor(now().getTime() / 1000);
        const ranges = step.segments.map((segment): ReadRange => ({ ...segment, begin, end }));
        await this.recorder.record(step, ranges, this.position(step.edge, index > 0));
        if (step.edge === null) break;
        from = step.edge;
        if (signal?.aborted === true || performance.now() >= this.end || this.submitted >= this.bytes) return false;
      }
    }
    return true;
  }

  /** Where the round is after a step; null for runs that read only a part. */
  private position(next: ByteString | null, isSecond: boolean): Pick<Readings, 'round' | 'next'> | null {
    const { paths } = this.options;
    if (paths !== undefined && !paths.includes('')) return null;
    const isNew = this.before.next === null || isSecond;
    // What has read nothing yet has not begun.
    return { round: isNew ? this.begun : this.before.round, next: next === '' ? null : next };
  }
}
