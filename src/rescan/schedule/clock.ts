import { setTimeout } from 'node:timers/promises';

/** What a long-running job takes the time from, so that tests can make it run faster. */
export interface Clock {
  now(): Date;
  /** Returns after so many milliseconds, or as soon as the signal is set. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The time of the machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  },
};
