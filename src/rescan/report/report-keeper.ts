import { statSync } from 'node:fs';
import { fsPath, joinPath } from '../../util/byte-string.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import { nextDue } from '../schedule/schedule.js';
import type { ReportPlan, Site } from '../site.js';
import { WHOLE_REPORT } from './report-names.js';

/** The part of the shadow root that has a problem when reports cannot be written. */
const REPORT_PART = 'report';
/** After a failure it is left alone for so long. */
const RETRY_MS = 3_600_000;

/** Writes reports when they are due. What is recorded never waits for that, nor fails because of it. */
export class ReportKeeper {
  #writing: Promise<void> | null = null;
  /** Milliseconds since the epoch. */
  #notBefore = 0;

  /** Begins what is due, unless that is going on. Never rejects: what fails is told. */
  update(context: RescanContext, site: Site): Promise<void> {
    const { report } = site;
    if (report === null || context.options.signal?.aborted === true) return Promise.resolve();
    this.#writing ??= this.#updateNow(context, site, report).finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #updateNow(context: RescanContext, site: Site, plan: ReportPlan): Promise<void> {
    const { problems, clock, emit, options } = context;
    const now = clock.now();
    if (now.getTime() < this.#notBefore || !isDue(plan, site.timeZone, now)) return;
    const { root } = site.location;
    const broken: Error[] = [];
    try {
      // It brings DuckDB with it.
      const { writeReports } = await import('./write-reports.js');
      await writeReports(context, site, plan, (_realdir, error) => void broken.push(error));
      problems.clear(root, REPORT_PART);
    } catch (error) {
      broken.unshift(asError(error));
      this.#notBefore = clock.now().getTime() + RETRY_MS;
    }
    const [first] = broken;
    if (first === undefined || options.signal?.aborted === true) return;
    problems.add(root, REPORT_PART, first, clock.now(), 0);
    emit({ type: 'report-error', error: first });
  }
}

/** True if no report was written since the last time of the schedule. */
function isDue({ schedule, output }: ReportPlan, timeZone: string | null, now: Date): boolean {
  const last = statSync(fsPath(joinPath(output, WHOLE_REPORT)), { throwIfNoEntry: false })?.mtime ?? null;
  return nextDue(schedule, last, now, { timeZone }) <= now;
}
