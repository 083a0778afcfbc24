import { checkInitLimits } from '../../discovery/policy/init-limits.js';
import { boundsOf } from '../../realdir/reach/reach.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../util/byte-string.js';
import type { Root } from '../site.js';

/** How a new repo is to be tracked, or why it is not created. */
export interface InitChoice {
  readonly tracking: SubdirTracking;
  readonly refused: string | null;
}

/** Applies the init policy and the init limits of a root (NOE-18, Init strategies). */
export async function chooseTracking(root: Root, realdir: ByteString, signal: AbortSignal | undefined): Promise<InitChoice> {
  const tracking = root.initPolicy === null ? 'enter-subdirs' : root.initPolicy.trackingOf(realdir);
  return { tracking, refused: await checkInitLimits(root.initLimits, realdir, tracking, signal, boundsOf(realdir, [root])) };
}
