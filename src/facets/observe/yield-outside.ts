import type { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';

/** Like `yieldRegularly`; the walk leaves the realdir, if it is in one, before other work runs. */
export function yieldOutside(cursor: DirectoryCursor | null, signal: AbortSignal | undefined): YieldTurn {
  return yieldRegularly(signal, () => cursor?.suspend());
}
