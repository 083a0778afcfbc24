import { ProblemStore } from '../shadow/problem-store.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { Clock } from './clock.js';
import { SYSTEM_CLOCK } from './clock.js';
import type { RescanContext } from './context.js';
import type { RescanEvent } from './events.js';
import { MetricsFile } from './metrics.js';
import type { Site } from './types.js';

/** Options of everything that works on many repos. */
export interface ManyReposOptions extends RunOptions {
  /** When it is set, repos in flight are finished, and no others are begun. */
  readonly stop?: AbortSignal;
  readonly clock?: Clock;
}

/** The context of a run over many repos. */
export interface OpenContext {
  readonly context: RescanContext;
  /** Writes the metrics of the round that has ended. */
  writeMetrics(site: Site): void;
}

/** Makes the context of a run; metrics learn from the same events as the caller. */
export function openContext(site: Site, options: ManyReposOptions, onEvent: (event: RescanEvent) => void): OpenContext {
  const { stop, clock = SYSTEM_CLOCK } = options;
  const problems = new ProblemStore(site.location.root);
  const metrics = new MetricsFile(problems, clock);
  const emit = (event: RescanEvent): void => {
    metrics.add(event);
    onEvent(event);
  };
  return {
    context: { site, options, stop, clock, problems, emit },
    writeMetrics: (current) => {
      const error = metrics.write(current);
      if (error !== null) onEvent({ type: 'metrics-error', error });
    },
  };
}
