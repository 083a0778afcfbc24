import type { Command } from 'commander';
import { Option } from 'commander';
import type { GrowthUnit } from '../../history/growth/groups.js';
import type { Growth, GrowthOptions } from '../../history/growth/growth.js';
import { growthOf } from '../../history/growth/growth.js';
import type { Part } from '../../history/places/parts.js';
import { pathOfPart } from '../../history/places/parts.js';
import { Histories } from '../../history/states/histories.js';
import { requireRecords } from '../../history/times/require-records.js';
import type { FilesystemForecast } from '../../rescan/forecast/filesystems.js';
import { forecastFilesystems } from '../../rescan/forecast/filesystems.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, isAtOrBelow } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, askedParts, groundOf, neverRecorded, placesOf, tellProblem, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { positiveInteger } from '../options/positive-integer.js';
import { withPager } from '../pager.js';
import { forecastJson, growthJson } from '../render/growth-json.js';
import { forecastLine, growthLines } from '../render/growth-text.js';
import { jsonText } from '../render/json-text.js';
import { Palette } from '../render/palette.js';
import { writeLines } from '../render/write-lines.js';
import { siteIfAny } from '../open-repo.js';

interface GrowthFlags extends PlaceFlags {
  readonly since: string;
  readonly until?: string;
  readonly by?: 'repo' | 'dir';
  readonly depth?: number;
  readonly top?: number;
  readonly json?: boolean;
}

/** Bars that fit beside the rest in a line of 80 characters. */
const BUCKETS_MAX = 20;

/** What is asked about. */
interface Question {
  readonly parts: readonly Part[];
  /** Absolute paths, the longest first; null for all that is recorded. */
  readonly places: readonly ByteString[] | null;
}

async function questionOf(context: CliContext, flags: GrowthFlags, operands: readonly string[]): Promise<Question> {
  const parts = await askedParts(context, flags, operands);
  const ground = context.isDirectoryNamed ? null : await groundOf(context, flags);
  if (ground !== null && operands.length === 0) return { parts, places: null };
  const named = ground === null ? null : (await placesOf(context, ground, flags, operands)).map((each) => ground.named(each));
  const places = named ?? parts.map(pathOfPart);
  return { parts, places: places.toSorted((one, other) => other.length - one.length) };
}

function unitOf({ by, depth }: GrowthFlags, { places }: Question, roots: readonly ByteString[]): GrowthUnit {
  if (by === 'repo' && depth !== undefined) throw new UsageError('--depth is for directories', { remedy: 'say --by dir' });
  if (by !== 'dir' && depth === undefined) return { by: 'repo' };
  return { by: 'dir', depth: depth ?? 1, places: places ?? roots.toSorted((one, other) => other.length - one.length) };
}

async function forecastsFor(
  context: CliContext,
  flags: GrowthFlags,
  { parts, places }: Question,
  options: Omit<GrowthOptions, 'unit' | 'bucketsMax'>,
): Promise<FilesystemForecast[]> {
  const site = await siteIfAny(context, flags);
  const unknown = (roots: readonly ByteString[], reason: string): FilesystemForecast => ({
    roots, space: null, forecast: { state: 'unknown', reason },
  });
  if (site === null || (flags.shadow !== undefined && (await groundOf(context, flags))?.hasRoots !== true)) {
    return [unknown([], 'the roots are not configured here')];
  }
  const isAskedAbout = (root: ByteString): boolean => places === null || parts.some(({ repo }) => isAtOrBelow(repo.realdir, root));
  const isWhole = (root: ByteString): boolean => places === null || places.some((place) => isAtOrBelow(root, place));
  const roots = site.roots.map(({ path }) => path).filter(isAskedAbout);
  const until = Number.isFinite(options.until) ? roots : [];
  const whole = until.length > 0 ? [] : roots.filter(isWhole);
  const others = until.length > 0 ? [] : roots.filter((root) => !isWhole(root));
  return [
    ...(await forecastFilesystems(site, whole, parts, options)),
    ...(until.length === 0 ? [] : [unknown(until, 'how much space there is, is known only now, without --until')]),
    ...(others.length === 0 ? [] : [unknown(others, 'not all of it was asked about')]),
  ];
}

function* output(growth: Growth, forecasts: readonly FilesystemForecast[], flags: GrowthFlags, palette: Palette): Generator<ByteString> {
  const most = flags.top ?? Number.POSITIVE_INFINITY;
  if (flags.json === true) {
    for (const value of growthJson(growth, most)) yield bytesOfText(jsonText(value));
    for (const forecast of forecasts) yield bytesOfText(jsonText(forecastJson(forecast)));
    return;
  }
  for (const line of growthLines(growth, most, palette)) yield bytesOfText(line);
  for (const forecast of forecasts) yield bytesOfText(forecastLine(forecast, Date.now() / 1000));
}

async function printGrowth(context: CliContext, flags: GrowthFlags, operands: readonly string[]): Promise<void> {
  const question = await questionOf(context, flags, operands);
  const { parts } = question;
  const [since, until] = [await timeOf(parts, flags.since), await timeOf(parts, flags.until)];
  const now = Math.floor(Date.now() / 1000);
  if (since >= Math.min(until, now)) throw new UsageError(`--since ${flags.since}: is not before ${flags.until ?? 'now'}`);
  const roots = (await siteIfAny(context, flags))?.roots.map(({ path }) => path) ?? [];
  const histories = new Histories();
  const told = new Set<string>();
  const options = {
    since,
    until,
    now,
    histories,
    onProblem: (realdir: ByteString, error: Error) => {
      if (!told.has(realdir)) tellProblem(context, error);
      told.add(realdir);
    },
    yieldTurn: yieldRegularly(context.signal),
  };
  try {
    requireRecords(parts, since, histories);
    const growth = await growthOf(parts, { ...options, unit: unitOf(flags, question, roots), bucketsMax: BUCKETS_MAX });
    const mistake = growth.rows.length === 0 ? neverRecorded(parts, histories) : null;
    if (mistake !== null) throw mistake;
    const forecasts = await forecastsFor(context, flags, question, options);
    const lines = output(growth, forecasts, flags, Palette.for(context));
    await withPager(context, flags.json !== true, (stdout) => writeLines({ stdout, signal: context.signal }, lines));
  } finally {
    histories.close();
  }
}

/** `git-fso growth`: what grew and shrank between two times. */
export function registerGrowth(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('growth')
      .summary('tell what grew and shrank, and when filesystems will be full')
      .description(
        'Tells what grew and shrank between two times, what did most first: repos, or directories. Each byte counts once, that of ' +
          'a repo in another one for the inner one. What the first record of a repo holds is newly observed, which is no growth, and ' +
          'is told apart. The forecast takes at least 7 days of the past, at most a year, for the filesystem of each root ' +
          'that is asked about as a whole, without what was newly observed.',
      )
      .argument('[path...]', 'files or directories, which may be gone')
      .requiredOption('--since <time>', '2026-10-01, yesterday, "90 days ago" (all that Git takes as a date)')
      .option('--until <time>', 'another time (default: now)')
      .addOption(new Option('--by <what>', 'repos, or directories (default: repo; dir with --depth)').choices(['repo', 'dir']))
      .option('--depth <levels>', 'directories so many levels below each path, or below each root (default: 1)', positiveInteger)
      .option('--top <number>', 'only so many, those that grew or shrank most', positiveInteger)
      .option('--json', 'write one JSON object a line, with the total and the forecasts at the end'),
  ).action((operands: string[], flags: GrowthFlags) => printGrowth(context, flags, operands));
  const examples = ["git-fso growth --since '90 days ago' --top 10", 'git-fso growth --since 2026-10-01 --depth 2 /projects --json'];
  describeUse(command, examples, [0, 1, 2]);
}
