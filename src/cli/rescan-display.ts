import type { RescanEvent, RescanSummary, Standing } from '../rescan/events.js';
import type { CliContext } from './context.js';
import { ProgressLine } from './render/progress.js';
import { EVENT_VERSION, jsonEvent, jsonSummary } from './render/rescan-json.js';
import { linesOfEvent, standingLine, summaryLine } from './render/rescan-text.js';

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
}

/** Writes events as they come: JSON lines, or text with a progress line where there is a terminal. */
export function displayOf(context: CliContext, options: DisplayOptions): RescanDisplay {
  return options.json ? jsonDisplay(context) : textDisplay(context, options);
}

function jsonDisplay({ stdout }: CliContext): RescanDisplay {
  const write = (value: Record<string, unknown> | null): void => {
    if (value !== null) stdout.write(`${JSON.stringify({ version: EVENT_VERSION, ...value })}\n`);
  };
  return {
    show: (event) => write(jsonEvent(event)),
    end: (summary, standing) => write(jsonSummary(summary, standing)),
  };
}

function textDisplay({ stdout, stderr }: CliContext, { dryRun, due }: DisplayOptions): RescanDisplay {
  const progress = stderr.isTTY ? new ProgressLine(stderr) : null;
  return {
    show: (event) => {
      const lines = linesOfEvent(event, dryRun);
      if (lines.length > 0) progress?.clear();
      for (const { text, isError } of lines) (isError ? stderr : stdout).write(`${text}\n`);
      progress?.add(event);
    },
    end: (summary, standing) => {
      progress?.clear();
      const isIdle = due && summary.repos === 0 && summary.failed === 0 && summary.locked === 0;
      stdout.write(isIdle ? 'nothing is due; see git-fso list --due\n' : `${summaryLine(summary, dryRun)}\n`);
      if (standing !== null) stdout.write(`${standingLine(standing)}\n`);
    },
  };
}
