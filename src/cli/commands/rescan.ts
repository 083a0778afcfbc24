import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { RescanEvent } from '../../rescan/events.js';
import type { RescanOptions } from '../../rescan/rescan.js';
import { rescan } from '../../rescan/rescan.js';
import { exitStatusOf } from '../../rescan/tally.js';
import type { RescanFacet } from '../../rescan/types.js';
import { RESCAN_FACETS } from '../../rescan/types.js';
import { UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { ProgressLine } from '../render/progress.js';
import { EVENT_VERSION, jsonEvent, jsonSummary } from '../render/rescan-json.js';
import { linesOfEvent, summaryLine } from '../render/rescan-text.js';

interface RescanFlags extends ConfigFlags {
  readonly facets?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly jobs?: number;
  readonly init: boolean;
  readonly acceptEmpty?: boolean;
}

/** A positive whole number from the command line. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a positive whole number.');
  return value;
}

function facetsFrom(text: string | undefined): readonly RescanFacet[] | null {
  if (text === undefined) return null;
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !(RESCAN_FACETS as readonly string[]).includes(word));
  if (unknown !== undefined) {
    throw new UsageError(`unknown facet ${JSON.stringify(unknown)}; known are ${RESCAN_FACETS.join(', ')}`);
  }
  return RESCAN_FACETS.filter((facet) => words.includes(facet));
}

/** Writes events as they come: JSON lines, or text with a progress line where there is a terminal. */
function displayOf(context: CliContext, flags: RescanFlags): { show(event: RescanEvent): void; end(): void } {
  const { stdout, stderr } = context;
  const dryRun = flags.dryRun === true;
  if (flags.json === true) {
    const write = (value: Record<string, unknown>): void => void stdout.write(`${JSON.stringify({ version: EVENT_VERSION, ...value })}\n`);
    return {
      show: (event) => {
        const value = jsonEvent(event);
        if (value !== null) write(value);
      },
      end: () => undefined,
    };
  }
  const progress = stderr.isTTY ? new ProgressLine(stderr, () => 0) : null;
  return {
    show: (event) => {
      const lines = linesOfEvent(event, dryRun);
      if (lines.length > 0) progress?.clear();
      for (const { text, isError } of lines) (isError ? stderr : stdout).write(`${text}\n`);
      progress?.add(event);
    },
    end: () => progress?.clear(),
  };
}

/** `git-fso rescan`: the main job. */
export function registerRescan(program: Command, context: CliContext): void {
  const command = program
    .command('rescan')
    .summary('discover, create and update all shadow repos')
    .description('Discovers repos below the configured roots, creates the shadow repos that are missing,\nand records what changed.')
    .option('--facets <list>', 'facets to update, separated by commas, instead of those of each root')
    .option('--dry-run', 'say which shadow repos would be created; write nothing')
    .option('--json', 'write one JSON object a line')
    .option('--jobs <n>', 'repos to work on at the same time', positiveInteger)
    .option('--no-init', 'update existing shadow repos only')
    .option('--accept-empty', 'record roots that are empty or on another filesystem than before as they are')
    .action(async (flags: RescanFlags) => {
      const site = await loadSite(context, flags);
      const options: RescanOptions = {
        facets: facetsFrom(flags.facets),
        dryRun: flags.dryRun === true,
        init: flags.init,
        jobs: flags.jobs ?? site.jobs,
        acceptEmpty: flags.acceptEmpty === true,
      };
      const display = displayOf(context, flags);
      const summary = await rescan(site, { ...options, ...runOptionsOf(context, 'rescan') }, display.show);
      display.end();
      const last = { version: EVENT_VERSION, ...jsonSummary(summary) };
      context.stdout.write(flags.json === true ? `${JSON.stringify(last)}\n` : `${summaryLine(summary, options.dryRun)}\n`);
      context.exitStatus = exitStatusOf(summary);
      context.signal.throwIfAborted();
    });
  addConfigOptions(command);
  describeUse(
    command,
    ['git-fso rescan --config /etc/git-fso.yml', 'git-fso rescan --root /projects --facets stat,sha', 'git-fso rescan --dry-run'],
    [0, 1, 2, 3, 4],
  );
}
