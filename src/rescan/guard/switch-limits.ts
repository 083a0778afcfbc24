import { checkInitLimits } from '../../discovery/policy/init-limits.js';
import { boundsOf } from '../../realdir/reach/reach.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Root } from '../site.js';

/**
 * Applies the init limits of the root that a realdir is in to a switch of its subdir tracking. No limit holds outside of all roots.
 * @throws FsoError if it is too large for that
 */
export async function refuseBeyondLimits(
  roots: readonly Root[],
  realdir: ByteString,
  tracking: SubdirTracking,
  signal?: AbortSignal,
): Promise<void> {
  const root = roots.find(({ path }) => isAtOrBelow(realdir, path));
  if (root === undefined) return;
  const violation = await checkInitLimits(root.initLimits, realdir, tracking, signal, boundsOf(realdir, [root]));
  if (violation === null) return;
  throw new FsoError(`subdir tracking limits violation: ${violation}`, {
    remedy: 'choose another subdir tracking, or raise initLimits in the configuration',
  });
}
