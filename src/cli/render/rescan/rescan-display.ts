import type { RescanEvent, RescanSummary, Standing } from '../../../rescan/events.js';
import type { CliContext } from '../../context.js';
import { jsonLine } from '../json-text.js';
import { ProgressLine, ProgressTeller } from '../progress/progress.js';
import { progressText } from '../progress/progress-state.js';
import { safePath } from '../../../util/text/safe-text.js';
import { EVENT_VERSION, jsonEvent, jsonProgress, jsonSummary } from './rescan-json.js';
import type { Line } from './rescan-text.js';
import { linesOfEvent, standingLine, summaryLine } from './rescan-text.js';

/** Shows what a rescan tells. */
export interface RescanDisplay {
  show(event: RescanEvent): void;
  /** Shows what was done in all, and what still is a problem. */
  end(summary: RescanSummary, standing: Standing | null): void;
}

/** How to show a rescan. */
export interface DisplayOptions {
  readonly json: boolean;
  readonly dryRun: boolean;
  /** Only what is due is done, which may be nothing. */
  readonly due: boolean;
  /** Only what failed is worth a line. */
  readonly quiet: boolean;
}

/** How often to tell how far a run is where there is no terminal: to programs, and to people. */
const JSON_EVERY_MS = 5000;
const LINE_EVERY_MS = 30_000;

/** Writes events as they come: JSON lines, or text with a progress line where there is a terminal. */
export function displayOf(context: CliContext, options: DisplayOptions): RescanDisplay {
  return options.json ? jsonDisplay(context) : textDisplay(context, options);
}

function jsonDisplay({ stdout }: CliContext): RescanDisplay {
  const write = (value: Record<string, unknown> | null): void => {
    if (value !== null) stdout.write(jsonLine({ version: EVENT_VERSION, ...value }));
  };
  const teller = new ProgressTeller(JSON_EVERY_MS, (progress) => write(jsonProgress(progress)));
  return {
    show: (event) => {
      write(jsonEvent(event));
      teller.add(event);
    },
    end: (summary, standing) => write(jsonSummary(summary, standing)),
  };
}

/** Nobody wants to be told every ten minutes that nothing is to be done: so a line that tells no news waits for one that does. */
class Lines {
  private waiting: Line[] = [];
  /** Where no root has a schedule, nothing will ever be due: that is worth a word. */
  private hasRoots = false;

  constructor(
    private readonly context: CliContext,
    private readonly options: DisplayOptions,
  ) {}

  add(event: RescanEvent): void {
    const { dryRun, due, quiet } = this.options;
    if (event.type === 'root') this.hasRoots = true;
    const lines = linesOfEvent(event, dryRun).filter(({ isFailure }) => isFailure || !quiet);
    if (due && !this.context.stdout.isTTY && (event.type === 'root' || event.type === 'unscheduled')) {
      this.waiting.push(...lines);
      return;
    }
    for (const line of lines.length === 0 ? [] : [...this.waiting.splice(0), ...lines]) this.write(line);
  }

  /** The lines behind all events; if nothing was due, only somebody at a terminal wants to know. */
  end(summary: RescanSummary, standing: Standing | null): void {
    const { dryRun, due, quiet } = this.options;
    const { stdout } = this.context;
    const isIdle = due && summary.repos === 0 && summary.failed === 0 && summary.locked === 0;
    if (quiet || (isIdle && this.hasRoots && !stdout.isTTY)) return;
    for (const line of this.waiting.splice(0)) this.write(line);
    stdout.write(isIdle ? 'nothing is due; see git-fso list --due\n' : `${summaryLine(summary, dryRun)}\n`);
    if (standing !== null) stdout.write(`${standingLine(standing)}\n`);
  }

  private write({ text, isError }: Line): void {
    const { stdout, stderr } = this.context;
    (isError ? stderr : stdout).write(`${text}\n`);
  }
}

function textDisplay(context: CliContext, options: DisplayOptions): RescanDisplay {
  const { stderr } = context;
  const progress = stderr.isTTY && !options.quiet ? new ProgressLine(stderr) : null;
  const lines = new Lines(context, options);
  const isTold = progress === null && !options.quiet && !options.due;
  const teller = new ProgressTeller(LINE_EVERY_MS, (state) => {
    if (isTold) context.stdout.write(`${progressText(state)} ${safePath(state.file?.path ?? '')}`.trimEnd() + '\n');
  });
  return {
    show: (event) => {
      if (event.type !== 'progress') progress?.clear();
      lines.add(event);
      progress?.add(event);
      teller.add(event);
    },
    end: (summary, standing) => {
      progress?.clear();
      lines.end(summary, standing);
    },
  };
}
