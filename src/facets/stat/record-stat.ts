import type { SumsOf } from '../../realdir/sums/tree-summary.js';
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
import { commitObserved, comparedBy, recordRun } from '../record-run.js';

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
  /** The time that is remembered; that of the machine if it is not given. */
  readonly now?: () => Date;
}

/** Sums over directories that are known already. */
export interface KnownSums {
  /** By paths relative to the realdir. */
  readonly sumsOf: SumsOf;
  /** When the oldest of those began that were used; null if none were. */
  readonly oldest: Date | null;
  /** They are as good as those that are made now. */
  readonly countsAsNow: boolean;
}

/**
 * Records names, sizes and mtimes of a realdir on `master-stat`. Commits if something changed.
 * @throws LockedError if another `stat` runs for longer than the run waits
 */
export async function recordStat(
  repo: ShadowRepo,
  options: StatOptions & RunOptions & LimitOptions & FacetListener,
): Promise<FacetResult> {
  return recordRun(repo, 'stat', options, async ({ transaction, tally }) => {
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
      signal: options.signal,
      beforeWrite: () => transaction.lock(),
    });
    // Nothing differs but sums: still, somebody must hear of it.
    if (tree !== transaction.base.tree && tally.isUnchanged) tally.onChange('M', '.');
    const commit = await commitObserved(transaction, 'stat', { tree, mounts });
    if (summed !== null) remember(repo, summed, begun, now(), known ?? null);
    const pairs = fingerprints.changed();
    if (pairs !== null) writeFingerprints(repo, pairs);
    rememberIdentity(repo);
    return { ...tally.result(commit), ...(kept.immutable && kept) };
  });
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
