import { checkInitLimits } from '../discovery/init-limits.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';
import type { Root } from './types.js';

/** How a new repo is to be tracked, or why it is not created. */
export interface InitChoice {
  readonly tracking: SubdirTracking;
  readonly refused: string | null;
}

/** Applies the init policy and the init limits of a root (NOE-18, Init strategies). */
export async function chooseTracking(root: Root, realdir: ByteString): Promise<InitChoice> {
  const tracking = root.initPolicy === null ? 'enter-subdirs' : root.initPolicy.trackingOf(realdir);
  return { tracking, refused: await checkInitLimits(root.initLimits, realdir, tracking) };
}
