import { statSync } from 'node:fs';
import type { LockHandle } from '../shadow/lock.js';
import { acquireLock } from '../shadow/lock.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { LockedError } from '../util/errors.js';
import type { AgendaItem } from './agenda.js';
import type { RescanContext } from './context.js';
import { dueContextOf } from './discover-root.js';
import { dueFacets } from './due.js';
import type { RepoReport } from './events.js';
import type { PlannedRepo } from './plan.js';
import { rescanRepo } from './rescan-repo.js';
import type { RootGuard } from './root-guard.js';
import { ShaAllowance } from './sha-allowance.js';

/** How long `sha` hashes before other facets and repos get their turn. */
const SHA_SLICE_MS = 10 * 60_000;

function isDirectory(path: ByteString): boolean {
  return statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The lock of scheduled work on a repo, so that two daemons do not do the same; null if somebody else has it. */
async function claim({ options }: RescanContext, shadow: ByteString): Promise<LockHandle | null> {
  try {
    return await acquireLock(joinPath(shadow, '.git/fso/lock-job'), 'exclusive', { waitMs: 0, command: options.command });
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
  if (shadow === null) return missing ? null : update(context, item, guard, { realdir, shadow, missing });
  const lock = isDirectory(shadow) ? await claim(context, shadow) : null;
  try {
    return lock === null ? null : await update(context, item, guard, { realdir, shadow, missing });
  } finally {
    lock?.release();
  }
}

async function update(context: RescanContext, item: AgendaItem, guard: RootGuard, planned: PlannedRepo): Promise<RepoReport | null> {
  const dueContext = dueContextOf(context, item.root);
  const due = dueFacets(dueContext, planned).filter(({ at }) => at <= dueContext.now.getTime());
  if (due.length === 0) return null;
  const { root } = item.root;
  item.allowance ??= new ShaAllowance(root.shaLimit, SHA_SLICE_MS);
  const { allowance } = item;
  const facets = due.map(({ facet }) => facet);
  const report = await rescanRepo(context, { root, guard, planned, facets, allowance, dryRun: false, isScheduled: true });
  const isGoingOn = report.facets.get('sha')?.complete === false && !allowance.isSpent;
  if (!isGoingOn) item.allowance = null;
  return report;
}
