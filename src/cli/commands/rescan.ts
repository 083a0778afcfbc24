import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Config } from '../../config/types.js';
import type { RescanEvent, RescanSummary } from '../../rescan/events.js';
import type { ManyReposOptions } from '../../rescan/open-context.js';
import { rescanDue } from '../../rescan/rescan-due.js';
import { rescan } from '../../rescan/rescan.js';
import { standingProblems } from '../../rescan/root-problems.js';
import { exitStatusOf } from '../../rescan/tally.js';
import type { RescanFacet } from '../../rescan/types.js';
import { RESCAN_FACETS } from '../../rescan/types.js';
import { ProblemStore } from '../../shadow/problem-store.js';
import { ExitStatus, UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { displayOf } from '../rescan-display.js';

interface RescanFlags extends ConfigFlags {
  readonly due?: boolean;
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

/** The schedules say what is due, and roots that look wrong need somebody who looks at them. */
function checkDue(flags: RescanFlags): void {
  const others = [
    ['--facets', flags.facets !== undefined],
    ['--dry-run', flags.dryRun === true],
    ['--no-init', !flags.init],
    ['--accept-empty', flags.acceptEmpty === true],
  ] as const;
  const wrong = others.find(([, isGiven]) => isGiven);
  if (wrong !== undefined) throw new UsageError(`--due and ${wrong[0]} exclude each other`);
}

function run(site: Config, flags: RescanFlags, options: ManyReposOptions, show: (event: RescanEvent) => void): Promise<RescanSummary> {
  const jobs = flags.jobs ?? site.jobs;
  if (flags.due === true) return rescanDue({ ...site, jobs }, options, show);
  const { init, dryRun = false, acceptEmpty = false } = flags;
  return rescan(site, { ...options, facets: facetsFrom(flags.facets), dryRun, init, jobs, acceptEmpty }, show);
}

/** `git-fso rescan`: the main job. */
export function registerRescan(program: Command, context: CliContext): void {
  const command = program
    .command('rescan')
    .summary('discover, create and update all shadow repos')
    .description(
      'Discovers repos below the configured roots, creates the shadow repos that are missing,\nand records what changed. ' +
        'The first SIGTERM or SIGINT has it finish the repos in flight,\nthe second one ends it at once.',
    )
    .option('--due', 'do only what is due by the schedules of the configuration')
    .option('--facets <list>', 'facets to update, separated by commas, instead of those of each root')
    .option('--dry-run', 'say which shadow repos would be created; write nothing')
    .option('--json', 'write one JSON object a line')
    .option('--jobs <n>', 'repos to work on at the same time', positiveInteger)
    .option('--no-init', 'update existing shadow repos only')
    .option('--accept-empty', 'record roots that are empty or on another filesystem than before as they are')
    .action(async (flags: RescanFlags) => {
      if (flags.due === true) checkDue(flags);
      const site = await loadSite(context, flags);
      const display = displayOf(context, { json: flags.json === true, dryRun: flags.dryRun === true, due: flags.due === true });
      const stop = context.soften();
      const options = { ...runOptionsOf(context, 'rescan'), stop };
      const summary = await run(site, flags, options, (event) => display.show(event));
      const problems = new ProblemStore(site.location.root);
      display.end(summary, flags.dryRun === true ? null : standingProblems({ problems }, site.roots));
      context.exitStatus = exitStatusOf(summary);
      context.signal.throwIfAborted();
      if (!stop.aborted) return;
      context.stderr.write('git-fso: stopped; what was not begun is left for the next run\n');
      context.exitStatus = ExitStatus.failed;
    });
  addConfigOptions(command);
  describeUse(
    command,
    [
      'git-fso rescan --config /etc/git-fso.yml',
      'git-fso rescan --due',
      'git-fso rescan --root /projects --facets stat,sha',
      'git-fso rescan --dry-run',
    ],
    [0, 1, 2, 3, 4],
  );
}
