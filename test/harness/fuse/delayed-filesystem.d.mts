/** Why no FUSE filesystem can be built and mounted here; null if it can. */
export function whyNoFuse(): string | null;

/** A directory that is shown at another place, with each answer late. */
export interface DelayedFilesystem {
  readonly at: string;
  /** Answers are late by so many microseconds; a negative number holds them back. */
  delay(microseconds: number): void;
  /** How many questions there were. */
  questions(): number;
  /** How many waited at the same time, at most, since this was asked the last time. */
  most(): number;
  unmount(): void;
}

/** @param scratch a directory outside of what is shown */
export function mountDelayed(shown: string, scratch: string): DelayedFilesystem;
