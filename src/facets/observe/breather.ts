import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DirectoryCursor } from '../../realdir/directory-cursor.js';

/** How long a walk may keep the event loop waiting, in milliseconds. */
const TURN = 20;

/**
 * Returns a function that a walk calls between directories. Now and then it leaves the realdir, if
 * it is in one, and lets signals, timers and other work run; it throws once the signal is set.
 */
export function breatherOf(cursor: DirectoryCursor | null, signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let turnEnds = performance.now() + TURN;
  const pause = async (): Promise<void> => {
    cursor?.suspend();
    await nextTurn();
    signal?.throwIfAborted();
    turnEnds = performance.now() + TURN;
  };
  return () => (performance.now() < turnEnds ? undefined : pause());
}
