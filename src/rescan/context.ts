import type { ProblemStore } from '../shadow/problem-store.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { Clock } from './clock.js';
import type { RescanEvent } from './events.js';
import type { Site } from './types.js';

/** What all repos of a run have in common. */
export interface RescanContext {
  readonly site: Site;
  /** Its signal ends at once what is going on. */
  readonly options: RunOptions;
  /** Set when nothing new is to be begun. */
  readonly stop: AbortSignal | undefined;
  readonly clock: Clock;
  readonly problems: ProblemStore;
  emit(event: RescanEvent): void;
}

/** Any value that was thrown, as an error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
