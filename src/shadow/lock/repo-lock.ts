import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { closeOlder } from '../access/close.js';
import type { LockOptions } from './lock.js';
import { acquireLock } from './lock.js';
import type { RunOptions } from '../transaction/run-options.js';
import type { ShadowRepo } from '../shadow-repo.js';

/** The lock of a whole shadow repo: shared by all that write, exclusive for what must be alone. */
export function repoLockPath(repo: ShadowRepo): ByteString {
  return joinPath(repo.gitDir, 'fso/lock');
}

/** How a run waits for locks. */
export function lockOptionsOf({ waitMs, command, signal, onWait }: RunOptions): LockOptions {
  return { waitMs, command, ...(signal && { signal }), ...(onWait && { onWait }) };
}

/**
 * Runs `work` while nobody else writes to the shadow repo. What it starts must get the options that
 * it is given, since a second lock would wait for the first one.
 * @throws LockedError if others write for longer than the run waits
 */
export async function whileAlone<T, Options extends RunOptions>(
  repo: ShadowRepo,
  options: Options,
  work: (options: Options) => Promise<T>,
): Promise<T> {
  closeOlder(repo, options);
  const lock = await acquireLock(repoLockPath(repo), 'exclusive', lockOptionsOf(options));
  try {
    return await work({ ...options, holdsRepoLock: true });
  } finally {
    lock.release();
  }
}
