import type { Oid } from '../git/objects/object-id.js';
import { commitStub, requireCleanStub } from '../shadow/stub/commit-stub.js';
import { readStub } from '../shadow/stub/read-stub.js';
import { whileAlone } from '../shadow/lock/repo-lock.js';
import { retryIfMoved } from '../shadow/transaction/retry.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { StubFiles } from '../shadow/stub/stub-files.js';
import type { AppliedStub } from './apply-stub.js';
import { applyStub } from './apply-stub.js';

/** The stub files that shall have another content, given those that are committed. */
export type StubChange = (current: StubFiles) => StubFiles;

/**
 * Changes the stub, commits it on `master-stub` and applies it. A crash before the commit leaves the
 * change in the work tree, one after it a stub that is not applied everywhere: the same call goes on.
 * @param subject what the commit message starts with
 * @returns the commit; null if nothing had to be changed
 * @throws FsoError if the stub has edits that are not committed
 * @throws LockedError if others write to the shadow repo for longer than the run waits
 */
export async function editStub(
  repo: ShadowRepo,
  change: StubChange,
  subject: string,
  options: RunOptions,
): Promise<{ readonly stub: Oid | null; readonly applied: readonly AppliedStub[] }> {
  return whileAlone(repo, options, async (alone) => {
    await requireCleanStub(repo, change(readStub(repo)), alone);
    const stub = await retryIfMoved(() => commitStub(repo, change(readStub(repo)), subject, alone));
    return { stub, applied: await applyStub(repo, alone) };
  });
}
