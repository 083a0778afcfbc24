import type { Command } from 'commander';
import type { OnProblem } from '../../history/places/ground.js';
import { partsOf, pathOfPart } from '../../history/places/parts.js';
import { makeReport } from '../../report/report.js';
import { troublesOf } from '../../rescan/report/troubles.js';
import { writeFileDurable } from '../../storage/durable-file.js';
import { PRIVATE_FILE } from '../../storage/file-mode.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { parseDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, tellProblem, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';
import { describeUse } from '../help.js';
import { groundOfIndex, openFreshIndex, placesIn } from '../index/asked-index.js';
import { siteIfAny } from '../open-repo.js';
import { DEFAULTS } from '../../defaults.js';

interface ReportFlags extends PlaceFlags {
  readonly since?: string;
  readonly output: string;
}

async function writeReport(context: CliContext, operands: readonly string[], flags: ReportFlags): Promise<void> {
  const ground = await groundOfIndex(context, flags);
  const asked = await placesIn(context, ground, flags, operands);
  const onProblem: OnProblem = (_realdir, error) => tellProblem(context, error);
  const parts = partsOf(ground, asked.length === 0 ? null : asked, onProblem);
  const now = Math.floor(Date.now() / 1000);
  const since = flags.since === undefined ? now - parseDuration(DEFAULTS.reportPeriod) / 1000 : await timeOf(parts, flags.since);
  if (since >= now) throw new UsageError(`--since ${flags.since}: is not before now`);
  const site = flags.shadow === undefined && !context.isDirectoryNamed ? await siteIfAny(context, flags) : null;
  const roots = (site?.roots ?? []).map(({ path }) => path).filter((path) => parts.some(({ repo }) => isAtOrBelow(repo.realdir, path)));
  const index = await openFreshIndex(context, ground, 'git-fso report');
  try {
    const text = await makeReport(index, {
      asked, parts, since, now, onProblem,
      places: roots.length > 0 && asked.length === 0 ? roots : parts.map(pathOfPart),
      troubles: site === null ? [] : await troublesOf(site, asked, context.signal),
      yieldTurn: yieldRegularly(context.signal),
      signal: context.signal,
    });
    write(context, flags.output, text);
  } finally {
    index.close();
  }
}

/** A report shows names of closed directories, so a new file is for its owner alone. */
function write(context: CliContext, output: string, text: string): void {
  if (output === '-') {
    context.stdout.write(text);
    return;
  }
  writeFileDurable(absolutePath(context, output), text, PRIVATE_FILE);
}

/** `git-fso report`: one page of HTML about all that is recorded. */
export function registerReport(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('report')
      .summary('write a page about all that is recorded: where it is, what grew, how old it is, whether it is intact')
      .description(
        'Writes one file of HTML that needs nothing else: totals, a treemap to click into, growth, ages, types, the biggest files, ' +
          'duplicates, what was verified, findings, troubles. It asks for nothing on the net, works without a script, and prints. ' +
          'It is made from the index, and needs DuckDB as git-fso query does.',
      )
      .argument('[path...]', 'only what is at and below these')
      .option('--since <time>', `what grew is told since then: 2026-10-01, "90 days ago" (default: ${DEFAULTS.reportPeriod} ago)`)
      .requiredOption('--output <file>', 'where to write it; - for standard output'),
  ).action((operands: string[], flags: ReportFlags) => writeReport(context, operands, flags));
  const examples = ['git-fso report --output report.html', "git-fso report --since '90 days ago' --output lab.html /projects/lab"];
  describeUse(command, examples, [0, 1, 2], { 1: 'there is no DuckDB, the index cannot be made, or a repo cannot be read' });
}
