import type { IntegrityFinding } from '../../record/finding.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ShaWatch } from '../sha/sha-watch.js';
import { recordFindings } from './commit-verify.js';
import { findingsOfRewritten } from './past/make-findings.js';
import { readVerifyState } from './verify-state.js';

const REWRITTEN = 'has other bytes than recorded, with the same size and mtime; see `git-fso verify --findings`';
const FOLLOWED = 'is a file that was found to be wrong under another name; see `git-fso verify --findings`';

/**
 * Records what `sha` has noticed, before it records the checksums by which nobody could notice it any more.
 * @param transaction of `sha`, with what is recorded so far
 */
export async function recordRewritten(
  repo: ShadowRepo,
  { reader, base }: Transaction,
  watch: ShaWatch,
  events: Pick<ObservationEvents, 'onWarning'>,
  options: RunOptions,
): Promise<void> {
  const { rewritten, followed } = watch.noticed(reader);
  if (base.commit === null || base.tree === null || rewritten.length + followed.length === 0) return;
  const { readings } = readVerifyState(repo, reader);
  const past = { gitDir: repo.gitDir, reader, head: base.commit, readings, now: Math.floor(Date.now() / 1000) };
  const found = new Map<ByteString, IntegrityFinding>(findingsOfRewritten(past, base.tree, rewritten));
  for (const path of found.keys()) events.onWarning(path, REWRITTEN);
  for (const { path, finding } of followed) {
    found.set(path, finding);
    events.onWarning(path, FOLLOWED);
  }
  await recordFindings(repo, found, options);
}
