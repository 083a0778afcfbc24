import type { ProblemStore } from '../shadow/remembered/problem-store.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { Clock } from './schedule/clock.js';
import { messageOf } from '../util/errors.js';
import { systemFailure } from '../util/system-errors/system-error.js';
import type { RescanEvent } from './events.js';
import type { Site } from './site.js';

/** What all repos of a run have in common. */
export interface RescanContext {
  readonly site: Site;
  /** Its signal ends at once what is going on. */
  readonly options: RunOptions;
  /** Set when nothing new is to be begun. */
  readonly stop: AbortSignal | undefined;
  readonly clock: Clock;
  readonly problems: ProblemStore;
  /** The shadow root can be read, not written: a run that finds nothing new succeeds, and is not remembered. */
  readonly isReadOnly: boolean;
  emit(event: RescanEvent): void;
}

/** Any value that was thrown, as an error; where the system has refused something, with the way out. */
export function asError(error: unknown): Error {
  return (
    systemFailure(error) ??
    (error instanceof Error && error.message === messageOf(error) ? error : new Error(messageOf(error), { cause: error }))
  );
}
