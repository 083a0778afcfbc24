import type { Command } from 'commander';
import type { Config } from '../../config/types.js';
import type { RescanEvent, RescanSummary } from '../../rescan/events.js';
import type { ManyReposOptions } from '../../rescan/open-context.js';
import { rescanDue } from '../../rescan/schedule/rescan-due.js';
import { rescan } from '../../rescan/rescan.js';
import { standingProblems } from '../../rescan/run/root-problems.js';
import type { RescanFacet } from '../../shadow/facets.js';
import { RESCAN_FACETS } from '../../shadow/facets.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../options/config-options.js';
import { positiveInteger } from '../options/positive-integer.js';
import { addConfigOptions, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { absolutePath, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { displayOf } from '../render/rescan/rescan-display.js';
import { ExitStatus, statusOfRescan } from '../exit-status.js';

interface RescanFlags extends ConfigFlags {
  readonly due?: boolean;
  readonly facets?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly jobs?: number;
  readonly init: boolean;
  readonly acceptEmpty?: boolean;
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
function checkDue(flags: RescanFlags, places: readonly string[]): void {
  const others = [
    ['directories', places.length > 0],
    ['--facets', flags.facets !== undefined],
    ['--dry-run', flags.dryRun === true],
    ['--no-init', !flags.init],
    ['--accept-empty', flags.acceptEmpty === true],
  ] as const;
  const wrong = others.find(([, isGiven]) => isGiven);
  if (wrong !== undefined) throw new UsageError(`--due and ${wrong[0]} exclude each other`);
}

function run(
  site: Config,
  flags: RescanFlags,
  places: readonly ByteString[],
  options: ManyReposOptions,
  show: (event: RescanEvent) => void,
): Promise<RescanSummary> {
  const jobs = flags.jobs ?? site.jobs;
  if (flags.due === true) return rescanDue({ ...site, jobs }, options, show);
  const { init, dryRun = false, acceptEmpty = false } = flags;
  const isAll = places.length === 0;
  // Metrics tell of whole runs.
  const chosen = isAll ? site : { ...site, metricsFile: null };
  return rescan(
    chosen,
    { ...options, facets: facetsFrom(flags.facets), places: isAll ? null : places, dryRun, init, jobs, acceptEmpty },
    show,
  );
}

/** `git-fso rescan`: the main job. */
export function registerRescan(program: Command, context: CliContext): void {
  const command = program
    .command('rescan')
    .summary('discover, create and update all shadow repos')
    .description(
      'Discovers repos below the configured roots, creates the shadow repos that are missing, and records what changed; of given ' +
        'places only. ' +
        'The first SIGTERM or SIGINT has it finish the repos in flight, the second one ends it at once.',
    )
    .argument('[place...]', 'only the repos that these are in: paths in real directories, or shadow repos')
    .option('--due', 'do only what is due by the schedules of the configuration')
    .option('--facets <list>', 'facets to update, separated by commas, instead of those of each root')
    .option('--dry-run', 'say which shadow repos would be created; write nothing')
    .option('--quiet', 'say nothing unless something failed')
    .option('--json', 'write one JSON object a line')
    .option('--jobs <n>', 'repos to work on at the same time', positiveInteger)
    .option('--no-init', 'update existing shadow repos only')
    .option('--accept-empty', 'record roots, and mount points in repos, that are empty or on another filesystem than before as they are')
    .action(async (operands: string[], flags: RescanFlags) => {
      if (flags.due === true) checkDue(flags, operands);
      const places = operands.map((operand) => absolutePath(context, operand));
      const site = await loadSite(context, flags);
      const display = displayOf(context, {
        json: flags.json === true,
        dryRun: flags.dryRun === true,
        due: flags.due === true,
        quiet: flags.quiet === true,
      });
      const stop = context.soften();
      const options = { ...runOptionsOf(context, 'rescan'), stop };
      const summary = await run(site, flags, places, options, (event) => display.show(event));
      const problems = new ProblemStore(site.location.root);
      display.end(summary, flags.dryRun === true ? null : standingProblems({ problems }, site.roots));
      context.exitStatus = statusOfRescan(summary);
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
      'git-fso rescan /projects/foo',
      'git-fso rescan --root /projects --facets stat,sha',
      'git-fso rescan --dry-run',
    ],
    [0, 1, 2, 3, 4, 5],
    { 1: 'a repo or root failed, not all was begun, or the output was lost; the others are recorded' },
  );
}
