import { constants } from 'node:fs';
import { refuseRootForShadowRoot } from '../shadow/gate/owner.js';
import { ProblemStore } from '../shadow/remembered/problem-store.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import { accessItself } from '../util/process/access.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import type { Clock } from './schedule/clock.js';
import { SYSTEM_CLOCK } from './schedule/clock.js';
import type { RescanContext } from './context.js';
import type { RescanEvent } from './events.js';
import { IndexKeeper } from './run/index-keeper.js';
import { ReportKeeper } from './report/report-keeper.js';
import { MetricsFile } from './metrics/metrics.js';
import { requirePlaces } from './guard/root-places.js';
import type { Site } from './site.js';

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
  /** Brings the index up to date, where a root wants that. Never rejects: what fails is told. */
  keepIndex(site: Site): Promise<void>;
  /** Writes reports, where they are due. Never rejects: what fails is told. */
  keepReports(site: Site): Promise<void>;
}

function isOnReadOnly(directory: ByteString): boolean {
  try {
    accessItself(directory, constants.W_OK);
    return false;
  } catch (error) {
    return errnoOf(error) === 'EROFS';
  }
}

/**
 * Makes the context of a run; metrics learn from the same events as the caller.
 * @throws PlaceError if what is to be written would be in a root; FsoError if root would write where a service user owns the
 *   shadow root
 */
export function openContext(site: Site, options: ManyReposOptions, onEvent: (event: RescanEvent) => void): OpenContext {
  refuseRootForShadowRoot(site.location.root);
  requirePlaces(site);
  const { stop, clock = SYSTEM_CLOCK } = options;
  const problems = new ProblemStore(site.location.root);
  const metrics = new MetricsFile(problems, clock);
  const index = new IndexKeeper();
  const reports = new ReportKeeper();
  const emit = (event: RescanEvent): void => {
    metrics.add(event);
    index.add(event);
    onEvent(event);
  };
  const isReadOnly = isOnReadOnly(site.location.root);
  if (isReadOnly) emit({ type: 'read-only', shadow: site.location.root });
  const context: RescanContext = { site, options, stop, clock, problems, isReadOnly, emit };
  return {
    context,
    keepIndex: (current) => (isReadOnly ? Promise.resolve() : index.update(context, current)),
    keepReports: (current) => (isReadOnly ? Promise.resolve() : reports.update(context, current)),
    writeMetrics: (current) => {
      const error = metrics.write(current);
      if (error !== null) onEvent({ type: 'metrics-error', error });
    },
  };
}
