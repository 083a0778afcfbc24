import { DEFAULTS } from '../../defaults.js';
import type { SumsOf } from '../../realdir/sums/tree-summary.js';
import type { ByteString } from '../../util/byte-string.js';
import { rememberIdentity } from '../../shadow/layout/realdir-identity.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import { readFingerprints, writeFingerprints } from '../../shadow/remembered/fingerprint-file.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { readSumTimes, writeSums } from '../../shadow/remembered/sums-file.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import type { LimitOptions } from '../run-limits.js';
import { MountPoints } from '../observe/mount-points.js';
import { DirectoryFingerprints } from '../observe/fingerprint/directory-fingerprints.js';
import type { Summaries, SummedRealdir } from './observe-stat.js';
import { observeStat } from './observe-stat.js';
import type { RecordRun } from '../record-run.js';
import { commitObserved, comparedBy, recordRun } from '../record-run.js';
import type { TeamSize } from '../threads/walk-team.js';
import { WalkTeam, walkProgram } from '../threads/walk-team.js';

/** Below that, threads cost as much time as they save, since each takes 25 MB and a tenth of a second to start. */
const WORTH_THREADS = { fromRecorded: 200_000, fromMet: 50_000 };

/** How a `stat` run differs from the usual. */
export interface StatOptions {
  /**
   * `range` renews the toplevel summary although nothing triggers it, `only` does nothing else.
   */
  readonly mtimeRange?: 'range' | 'only';
  /** Renews the summaries of the toplevel, of all nogbundles and of all submodules. */
  readonly recheck?: boolean;
  /** Renews sums although nothing triggers it, so that what is recorded is true however deep a change is. */
  readonly summaries?: Summaries;
  /** What was summed up elsewhere. */
  readonly known?: KnownSums;
  /** Threads that may take part, the main one included; `DEFAULTS.threads` if it is not given. They do where there is much to look at. */
  readonly threads?: number;
  /** How the walk is shared, where that shall not be as usual. */
  readonly team?: Partial<Omit<TeamSize, 'threads'>>;
  /** The time that is remembered; that of the machine if it is not given. */
  readonly now?: () => Date;
}

/** Sums over directories that are known already. */
export interface KnownSums {
  /** By paths relative to the realdir. */
  readonly sumsOf: SumsOf;
  /** All paths that may have any. */
  readonly paths: ReadonlySet<ByteString>;
  /** When the oldest of those began that were used; null if none were. */
  readonly oldest: Date | null;
  /** They are as good as those that are made now. */
  readonly countsAsNow: boolean;
}

/** How a run of `stat` is done. */
type RecordStatOptions = StatOptions & RunOptions & LimitOptions & FacetListener;

/**
 * Records names, sizes and mtimes of a realdir on `master-stat`. Commits if something changed.
 * @throws LockedError if another `stat` runs for longer than the run waits
 */
export async function recordStat(repo: ShadowRepo, options: RecordStatOptions): Promise<FacetResult> {
  return recordRun(repo, 'stat', options, async (run) => {
    const team = gatherTeam(repo, run, options);
    try {
      return await attempt(repo, run, team, options);
    } finally {
      await team?.close();
    }
  });
}

async function attempt(
  repo: ShadowRepo,
  { transaction, tally }: RecordRun,
  team: WalkTeam | null,
  options: RecordStatOptions,
): Promise<FacetResult> {
  const isOfUse = options.recheck !== true && options.mtimeRange !== 'only';
  const fingerprints = new DirectoryFingerprints(isOfUse ? readFingerprints(repo) : '');
  const { known, now = () => new Date() } = options;
  const begun = now();
  let summed: SummedRealdir | null = null;
  const kept = { immutable: false };
  const onImmutable = (): void => {
    kept.immutable = true;
  };
  // The attribute says nothing about what is below the toplevel.
  const looksAlways = options.recheck === true || options.summaries !== undefined;
  const mounts = MountPoints.of(repo, transaction.reader, options);
  const tree = await observeStat({
    ...comparedBy(repo, transaction),
    sink: transaction,
    fingerprints,
    mounts,
    limits: options.limits,
    events: tally,
    onImmutable: looksAlways ? undefined : onImmutable,
    mtimeRange: options.mtimeRange,
    recheck: options.recheck,
    summaries: options.summaries,
    sumsOf: known?.sumsOf,
    onSummed: (result) => {
      summed = result;
    },
    signal: team?.signal ?? options.signal,
    team,
    beforeWrite: () => transaction.lock(),
  });
  await team?.handOver();
  // Nothing differs but sums: still, somebody must hear of it.
  if (tree !== transaction.base.tree && tally.isUnchanged) tally.onChange('M', '.');
  const commit = await commitObserved(transaction, 'stat', { tree, mounts });
  if (summed !== null) remember(repo, summed, begun, now(), known ?? null);
  const pairs = fingerprints.changed();
  if (pairs !== null) writeFingerprints(repo, pairs);
  rememberIdentity(repo);
  return { ...tally.result(commit), ...(kept.immutable && kept) };
}

/** Threads for a run; null if it is to have but one, or their program was not built. */
function gatherTeam(repo: ShadowRepo, { transaction, tally }: RecordRun, options: RecordStatOptions): WalkTeam | null {
  const { threads = DEFAULTS.threads, team, known, signal } = options;
  const program = team?.program ?? walkProgram();
  if (threads < 2 || program === null) return null;
  return new WalkTeam(
    { threads, ...WORTH_THREADS, ...team, program },
    { repo, transaction, tally, lockName: 'stat', listener: options, known, signal },
  );
}

/** Remembers sums, and from when they are; those that were known before may be older. */
function remember(repo: ShadowRepo, { root, sums, all }: SummedRealdir, begun: Date, now: Date, known: KnownSums | null): void {
  if (sums === null && !all) return;
  const before = all && sums !== null ? null : readSumTimes(repo.gitDir);
  const oldest = known?.oldest ?? begun;
  const isOlder = known?.countsAsNow === false && known.oldest !== null;
  const { dev, ino, mtime } = root;
  const handed = sums === null ? null : { begun: oldest < begun ? oldest : begun, root: { dev, ino, mtime }, sums };
  writeSums(
    repo.gitDir,
    { at: sums === null ? (before?.at ?? null) : isOlder ? oldest : now, allAt: all ? now : (before?.allAt ?? null) },
    handed,
  );
}
