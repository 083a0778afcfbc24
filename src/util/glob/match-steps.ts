/** Stands for no limit. */
export const UNLIMITED = -1;

/**
 * What matching may still cost, in steps: rules that are looked at, and characters that globs compare. It is counted
 * instead of time, so that the same names and rules end in the same way on every machine. Whoever has a limit sets
 * `left` before a question, and takes it back behind it; a matcher that finds 0 gives up. A small integer, since
 * others cost more time than what is counted.
 */
export const matchSteps = { left: UNLIMITED };

/** Takes note of steps. */
export function spendSteps(steps: number): void {
  const { left } = matchSteps;
  if (left > 0) matchSteps.left = left > steps ? left - steps : 0;
}
