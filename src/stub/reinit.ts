import type { Oid } from '../git/objects/object-id.js';
import { isAncestor } from '../git/commits/ancestry.js';
import { DirectoryCursor } from '../realdir/walk/directory-cursor.js';
import type { Facet } from '../shadow/facets.js';
import { STUB_FOLLOWERS } from '../shadow/facets.js';
import { commitStub } from '../shadow/stub/commit-stub.js';
import { readStub, readWorkTreeStub, stubCommit } from '../shadow/stub/read-stub.js';
import { whileAlone } from '../shadow/lock/repo-lock.js';
import { retryIfMoved } from '../shadow/transaction/retry.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { StubLine } from '../shadow/stub/stub-files.js';
import { linesLost, STUB_FILE_NAMES, switchedStub } from '../shadow/stub/stub-files.js';
import type { SubdirTracking } from '../shadow/stub/subdir-tracking.js';
import type { AppliedStub } from './apply-stub.js';
import { applyStub } from './apply-stub.js';
import type { FacetTally, Problem } from '../facets/facet-result.js';
import { NogbundleSelection } from '../facets/observe/selection.js';
import { recordRun } from '../facets/record-run.js';
import { withoutIgnored } from './ignored-records.js';

/** How a switch is guarded. */
export interface ReinitOptions {
  /** Refuses the switch, by an error, for example because of init limits. Not called if nothing would change. */
  readonly beforeSwitch?: (repo: ShadowRepo, tracking: SubdirTracking) => Promise<void> | void;
}

/** What a switch did. */
export interface ReinitResult {
  /** The commit on `master-stub`; null if it is set up in this way already. */
  readonly stub: Oid | null;
  readonly applied: readonly AppliedStub[];
  /** What somebody had written into the stub, and is not in it any more. */
  readonly linesLost: readonly StubLine[];
  /** Records that were dropped because they are not tracked any more. */
  readonly dropped: number;
  readonly problems: readonly Problem[];
}

/**
 * Switches the subdir tracking: rewrites the stub, applies it, and for `ignore-most` drops the
 * records of what is not tracked any more (NOE-18, Init strategies).
 *
 * A crash at any time leaves a state from which the same call goes on:
 * - before `master-stub` moves, nothing is recorded; see `commitStub`;
 * - then each facet is pruned, and after that gets the stub. A facet that has the stub is done. One that
 *   is pruned, but has not got it, is pruned again: that finds nothing, or what a run between has brought back.
 *
 * @throws LockedError if others write to the shadow repo for longer than the run waits
 */
export async function reinit(
  repo: ShadowRepo,
  tracking: SubdirTracking,
  options: ReinitOptions & RunOptions,
): Promise<ReinitResult> {
  return whileAlone(repo, options, async (alone) => {
    const wanted = switchedStub(tracking);
    const current = readStub(repo);
    const isActive = STUB_FILE_NAMES.every((name) => current[name] === wanted[name]);
    if (!isActive) await options.beforeSwitch?.(repo, tracking);
    const overwritten = STUB_FILE_NAMES.filter((name) => current[name] !== wanted[name]);
    const lost = linesLost(overwritten, [current, readWorkTreeStub(repo)], wanted);
    const stub = isActive ? null : await retryIfMoved(() => commitStub(repo, wanted, 'reinit', alone));
    const pruned: Pruned[] = [];
    if (tracking === 'ignore-most') {
      for (const facet of STUB_FOLLOWERS) pruned.push(await prune(repo, facet, Buffer.from(wanted['.gitignore'], 'latin1'), alone));
    }
    const applied = await applyStub(repo, alone);
    const dropped = pruned.reduce((sum, each) => sum + each.dropped, 0);
    return { stub, applied, linesLost: lost, dropped, problems: pruned.flatMap(({ problems }) => problems) };
  });
}

/** What became of one facet: how many paths were dropped. */
type Pruned = Pick<ReinitResult, 'dropped' | 'problems'>;

/** Drops what the new rules ignore from a facet that has not got the new stub yet. */
function prune(repo: ShadowRepo, facet: Facet, exclude: Buffer, options: RunOptions): Promise<Pruned> {
  return recordRun(repo, facet, options, async ({ transaction, tally }) => {
    const { base, reader } = transaction;
    if (base.commit === null || base.tree === null || isAncestor(reader, stubCommit(repo), base.commit))
      return { dropped: 0, problems: [] };
    let dropped = 0;
    await transaction.lock();
    const question = {
      reader,
      cursor: openRealdir(repo, tally),
      exclude,
      selection: NogbundleSelection.none,
      recordsDirectories: facet !== 'content',
      events: tally,
    };
    const tree = withoutIgnored(question, base.tree, transaction, () => (dropped += 1));
    if (tree !== base.tree) await transaction.commit(tree, 'reinit');
    return { dropped, problems: tally.result(null).problems };
  });
}

/** Without the realdir, its own ignore rules have no say. */
function openRealdir(repo: ShadowRepo, tally: FacetTally): DirectoryCursor | null {
  try {
    return DirectoryCursor.open(repo.realdir, repo.bounds);
  } catch (error) {
    tally.onProblem('', error);
    return null;
  }
}
