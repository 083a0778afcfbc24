import { statSync } from 'node:fs';
import type { LockHandle } from '../shadow/lock.js';
import { acquireLock } from '../shadow/lock.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { LockedError } from '../util/errors.js';
import type { AgendaItem } from './agenda.js';
import type { RescanContext } from './context.js';
import { dueContextOf } from './discover-root.js';
import { dueFacets } from './due.js';
import type { RepoReport } from './events.js';
import { rescanRepo } from './rescan-repo.js';
import type { RootGuard } from './root-guard.js';
import { ShaAllowance } from './sha-allowance.js';
import type { RescanFacet } from './types.js';

/** How long `sha` hashes before other facets and repos get their turn. */
const SHA_SLICE_MS = 10 * 60_000;

function isDirectory(path: ByteString): boolean {
  return statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The lock of scheduled work on a repo, so that two daemons do not do the same; null if somebody else has it. */
async function claimJob({ options }: RescanContext, { gitDir }: ShadowRepo): Promise<LockHandle | null> {
  try {
    return await acquireLock(joinPath(gitDir, 'fso/lock-job'), 'exclusive', { waitMs: 0, command: options.command });
  } catch (error) {
    if (error instanceof LockedError) return null;
    throw error;
  }
}

/**
 * Does what is due for one repo.
 * @returns null if nothing was to be done, because another process does it or has done it
 * @throws RootError if the root is not what it was; the reason of the signal when aborted
 */
export async function runItem(context: RescanContext, item: AgendaItem, guard: RootGuard): Promise<RepoReport | null> {
  const { realdir, shadow } = item.planned;
  const missing = !isDirectory(realdir);
  // What was found when repos were looked for may be gone by now; there is nothing to do about that.
  if (shadow === null ? missing : !isDirectory(shadow)) return null;
  const { root } = item.root;
  item.allowance ??= new ShaAllowance(root.shaLimit, SHA_SLICE_MS);
  const { allowance } = item;
  const facetsOf = (directory: ByteString): readonly RescanFacet[] => {
    const dueContext = dueContextOf(context, item.root);
    const due = dueFacets(dueContext, { realdir, shadow: directory }).filter(({ at }) => at <= dueContext.now.getTime());
    return due.map(({ facet }) => facet);
  };
  const report = await rescanRepo(context, {
    root,
    guard,
    planned: { realdir, shadow, missing },
    facetsOf,
    claim: (repo) => claimJob(context, repo),
    allowance,
    dryRun: false,
    isScheduled: true,
  });
  const isGoingOn = report?.facets.get('sha')?.complete === false && !allowance.isSpent;
  if (!isGoingOn) item.allowance = null;
  return report;
}
