import type { Oid } from '../git/object-id.js';
import { isAncestor } from '../git/ancestry.js';
import { DirectoryCursor } from '../realdir/directory-cursor.js';
import type { Facet } from '../shadow/branches.js';
import { branchOf, STUB_FOLLOWERS } from '../shadow/branches.js';
import { commitStub } from '../shadow/commit-stub.js';
import { readStub, stubCommit } from '../shadow/read-stub.js';
import { whileAlone } from '../shadow/repo-lock.js';
import { retryIfMoved } from '../shadow/retry.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { STUB_FILE_NAMES, switchedStub } from '../shadow/stub-files.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import { Transaction } from '../shadow/transaction.js';
import type { AppliedStub } from './apply-stub.js';
import { applyStub } from './apply-stub.js';
import type { Problem } from './facet-result.js';
import { FacetTally } from './facet-result.js';
import { withoutIgnored } from './ignored-records.js';
import { NogbundleSelection } from './observe/selection.js';

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
    const stub = isActive ? null : await retryIfMoved(() => commitStub(repo, wanted, 'reinit', alone));
    const tally = new FacetTally();
    let dropped = 0;
    if (tracking === 'ignore-most') {
      for (const facet of STUB_FOLLOWERS) {
        dropped += await retryIfMoved(() => prune(repo, facet, Buffer.from(wanted['.gitignore'], 'latin1'), tally, alone));
      }
    }
    const applied = await applyStub(repo, alone);
    return { stub, applied, dropped, problems: tally.result(null).problems };
  });
}

/** Drops what the new rules ignore from a facet that has not got the new stub yet; returns how many paths. */
async function prune(repo: ShadowRepo, facet: Facet, exclude: Buffer, tally: FacetTally, options: RunOptions): Promise<number> {
  const transaction = new Transaction(repo, branchOf(facet), facet, options);
  try {
    const { base, reader } = transaction;
    if (base.commit === null || base.tree === null || isAncestor(reader, stubCommit(repo), base.commit)) return 0;
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
    return dropped;
  } finally {
    transaction.close();
  }
}

/** Without the realdir, its own ignore rules have no say. */
function openRealdir(repo: ShadowRepo, tally: FacetTally): DirectoryCursor | null {
  try {
    return DirectoryCursor.open(repo.realdir);
  } catch (error) {
    tally.onProblem('', error);
    return null;
  }
}
