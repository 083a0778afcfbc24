import type { RescanEvent, RescanSummary } from '../events.js';
import type { ManyReposOptions } from '../open-context.js';
import { openContext } from '../open-context.js';
import { Scheduler } from './scheduler.js';
import { RescanTally } from '../metrics/tally.js';
import type { Site } from '../site.js';

/**
 * Does what is due by the schedules of the roots, and returns. Roots without a schedule are only
 * named by an event.
 */
export async function rescanDue(site: Site, options: ManyReposOptions, onEvent: (event: RescanEvent) => void): Promise<RescanSummary> {
  const tally = new RescanTally();
  const { context, writeMetrics, keepIndex, keepReports } = openContext(site, options, (event) => {
    tally.add(event);
    onEvent(event);
  });
  await new Scheduler(context).run(true);
  await keepIndex(site);
  await keepReports(site);
  writeMetrics(site);
  return tally.summary();
}
