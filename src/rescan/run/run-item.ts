import { boundsOf, existsRealdir } from '../../realdir/reach/reach.js';
import { isDirectory } from '../../shadow/layout/directory-names.js';
import type { LockHandle } from '../../shadow/lock/lock.js';
import { acquireLock } from '../../shadow/lock/lock.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { LockedError } from '../../util/errors.js';
import type { AgendaItem } from '../schedule/agenda.js';
import type { RescanContext } from '../context.js';
import { dueContextOf } from '../plan/discover-root.js';
import { dueFacets, isOverdue } from '../schedule/due.js';
import type { RepoReport } from '../events.js';
import { rescanRepo } from './rescan-repo.js';
import type { RootGuard } from '../guard/root-guard.js';
import { ReadAllowances } from '../guard/read-allowance.js';
import type { RescanFacet } from '../../shadow/facets.js';

/** How long files are read before other facets and repos get their turn. */
const READ_SLICE_MS = 10 * 60_000;

/** What a nested repo has summed up is taken for that of now for so long. */
const SUMS_MAX_AGE_MS = 86_400_000;

/** The lock of scheduled work on a repo, so that two daemons do not do the same. */
async function claimJob({ options }: RescanContext, { gitDir }: ShadowRepo): Promise<LockHandle | LockedError> {
  try {
    return await acquireLock(joinPath(gitDir, 'fso/lock-job'), 'exclusive', { waitMs: 0, command: options.command });
  } catch (error) {
    if (error instanceof LockedError) return error;
    throw error;
  }
}

/**
 * Does what is due for one repo.
 * @returns null if nothing was to be done, because another process does it or has done it
 * @throws RootError if the root is not what it was; the reason of the signal when aborted
 */
export async function runItem(context: RescanContext, item: AgendaItem, guard: RootGuard): Promise<RepoReport | null> {
  const { realdir, shadow, error, rename } = item.planned;
  const { root } = item.root;
  const missing = !existsRealdir(realdir, boundsOf(realdir, [root]));
  // What was found when repos were looked for may be gone by now; there is nothing to do about that.
  if (shadow === null ? missing : !isDirectory(shadow)) return null;
  item.allowances ??= new ReadAllowances(root, READ_SLICE_MS);
  const { allowances } = item;
  const facetsOf = (directory: ByteString): readonly RescanFacet[] => {
    const dueContext = dueContextOf(context, item.root);
    const due = dueFacets(dueContext, { realdir, shadow: directory }).filter(({ at }) => at <= dueContext.now.getTime());
    return due.map(({ facet }) => facet);
  };
  const report = await rescanRepo(context, {
    root,
    guard,
    planned: { realdir, shadow, missing, error, ...(rename !== undefined && (missing || shadow === null) && { rename }) },
    nested: item.nested,
    sums: { since: new Date(context.clock.now().getTime() - SUMS_MAX_AGE_MS), countsAsNow: false },
    facetsOf,
    claim: (repo) => claimJob(context, repo),
    isOverdue: (directory) => isOverdue(dueContextOf(context, item.root), realdir, directory),
    allowances,
    newRepos: item.root.newRepos,
    dryRun: false,
    isScheduled: true,
  });
  if (report === null || !allowances.isGoingOn(report.facets)) item.allowances = null;
  return report;
}
