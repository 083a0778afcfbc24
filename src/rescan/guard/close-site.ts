import { lstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { accessOf, excessOf } from '../../shadow/access/access.js';
import { closeOlder, closePlace, closeRepo } from '../../shadow/access/close.js';
import { mirrorsOf } from '../../shadow/create/mirrors.js';
import { shadowPlaces } from '../../shadow/access/open-paths.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { fsPath } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { RescanContext } from '../context.js';
import { makeShadowRoot } from '../../shadow/create/make-shadow-root.js';
import { StateDirectory } from '../../shadow/remembered/state-directory.js';

/** Below `.git-fso`: all that was there when it was written has been closed. */
const DONE = 'closed';

/**
 * Closes, once, what older versions have left more open than the configuration says, and tells that. Later that is for
 * `git-fso doctor`: who opens something by hand has reasons. What cannot be closed is tried again next time.
 */
export async function closeSite(context: RescanContext): Promise<void> {
  try {
    makeShadowRoot(context.site.location, context.site.shadowMode);
    await closeAll(context);
  } catch (error) {
    context.options.signal?.throwIfAborted();
    // Read-only, full, or of somebody else: whatever is to be recorded there will say so, if there is anything.
    if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
  }
}

async function closeAll({ site, emit, options: { signal } }: RescanContext): Promise<void> {
  const { location, shadowMode } = site;
  const state = new StateDirectory(location.root);
  if (state.names().includes(DONE)) return;
  let repos = 0;
  let closed = 0;
  let isComplete = true;
  for (const place of shadowPlaces(location, shadowMode)) {
    signal?.throwIfAborted();
    const result = closePlace(place);
    closed += result.closed;
    isComplete &&= result.isComplete;
    if (place.kind !== 'repo') continue;
    if (result.closed > 0) repos += 1;
    await setImmediate();
  }
  if (closed > 0) emit({ type: 'closed', directory: location.root, repos });
  if (!isComplete) return;
  state.write(DONE, '');
}

/**
 * Closes one shadow repo that has come from an older version since; with `shadowMode: mirror`, one that is more open
 * than its realdir is now. Nothing is ever opened: the history is about what was there while it was closed, too.
 */
export function closeForRealdir({ site, emit }: RescanContext, repo: ShadowRepo): void {
  const { location, shadowMode } = site;
  const { realdir, directory } = repo;
  const onClose = (): void => emit({ type: 'closed', directory, repos: 1 });
  closeOlder(repo, { onClose }, accessOf(realdir, location, shadowMode));
  if (shadowMode !== 'mirror') return;
  for (const { shadow, real } of mirrorsOf(location, realdir)) {
    closePlace({ kind: 'mirror', path: shadow, access: accessOf(real, location, shadowMode) });
  }
  const access = accessOf(realdir, location, shadowMode);
  const stat = unlessErrno(['ENOENT', 'EACCES'], null, () => lstatSync(fsPath(directory)));
  if (stat !== null && excessOf(stat, access) !== 0 && closeRepo(directory, access).closed > 0) onClose();
}
