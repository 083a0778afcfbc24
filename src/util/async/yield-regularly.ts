import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work may keep the event loop waiting, in milliseconds. */
const TURN = 20;

/** Returns what to wait for before going on; undefined if there is nothing to wait for. */
export type YieldTurn = () => Promise<void> | undefined;

/**
 * Returns a function that long work calls in between, at best every few hundred microseconds. Now and then it lets
 * signals, timers and other work run; it throws once the signal is set.
 * @param leave called before other work runs
 */
export function yieldRegularly(signal: AbortSignal | undefined, leave?: () => void): YieldTurn {
  let turnEnds = performance.now() + TURN;
  const pause = async (): Promise<void> => {
    leave?.();
    await nextTurn();
    signal?.throwIfAborted();
    turnEnds = performance.now() + TURN;
  };
  return () => (performance.now() < turnEnds ? undefined : pause());
}

/** After so many small steps of a loop it is time to look at the clock; a power of 2 less 1. */
const STEPS = 255;

/** True for every 256th index: looking at the clock for each file would be felt. */
export function isTimeToYield(index: number): boolean {
  return (index & STEPS) === STEPS;
}
