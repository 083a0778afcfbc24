import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../../config/types.js';
import type { ListedRepo, ListedRoot } from '../../rescan/list/list.js';
import type { DueEntry } from '../../rescan/list/list-due.js';
import { listDue } from '../../rescan/list/list-due.js';
import { GROWTH_DAYS, listRoot } from '../../rescan/list/list.js';
import { listProblems } from '../../rescan/list/problems.js';
import type { StoredProblem } from '../../shadow/remembered/problem-store.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import { makePathFilter } from '../../util/glob/path-filter.js';
import { localIsoTime } from '../../util/time/time.js';
import type { ConfigFlags } from '../options/config-options.js';
import { addConfigOptions, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { jsonLine } from '../render/json-text.js';
import { jsonError, jsonPath } from '../render/json-values.js';
import { jsonProblem, problemsText } from '../render/problems-text.js';
import { formatGrowth } from '../../util/text/quantities.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { jsonRename } from '../render/rescan/rescan-json.js';
import { describeError } from '../render/rescan/rescan-text.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { formatTable } from '../render/table.js';
import { statusOfDone, worseStatus } from '../exit-status.js';
import type { Root } from '../../rescan/site.js';

const time = (seconds: number | null): string => (seconds === null ? '-' : localIsoTime(new Date(seconds * 1000)));

function stateOf(repo: ListedRepo): string {
  if (repo.error !== null) return describeError(repo.error);
  if (repo.missing) return repo.rename === undefined ? 'missing' : `missing: is ${safePath(repo.rename.to)} now`;
  if (repo.shadow === null)
    return repo.rename === undefined ? 'no shadow repo' : `no shadow repo: was ${safePath(repo.rename.from)} before`;
  return repo.lastRecord === null ? 'no record' : 'ok';
}

/** What has failed stands behind, by its parts. */
function stateWithProblems(repo: ListedRepo): string {
  const [state, age] = [stateOf(repo), ageOf(repo)];
  if (repo.error !== null || repo.problems.length === 0) return state + age;
  const problem = `problem: ${repo.problems.map(({ part }) => safeText(part)).join(', ')}`;
  return (state === 'ok' ? problem : `${state}; ${problem}`) + age;
}

/** Orders for `--sort`: the largest and the latest first; what is not known comes last. */
const ORDERS = {
  size: ({ size }: ListedRepo) => size,
  files: ({ files }: ListedRepo) => files,
  growth: ({ growth }: ListedRepo) => growth?.size ?? null,
  last: ({ lastRecord }: ListedRepo) => lastRecord,
} as const;

function sorted(repos: readonly ListedRepo[], key: string | undefined): readonly ListedRepo[] {
  const byPath = (a: ListedRepo, b: ListedRepo): number => (a.realdir < b.realdir ? -1 : 1);
  if (key === undefined) return repos;
  const valueOf = key in ORDERS ? ORDERS[key as keyof typeof ORDERS] : () => 0;
  return repos.toSorted((a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)];
    if (one === null || other === null) return one === other ? byPath(a, b) : one === null ? 1 : -1;
    return one > other ? -1 : one < other ? 1 : byPath(a, b);
  });
}

/** Sums that are older than the record say so. */
function ageOf({ summed, isSummedBefore }: ListedRepo): string {
  return isSummedBefore && summed !== null ? `; sums from ${localIsoTime(summed)}` : '';
}

function rowOf(repo: ListedRepo): string[] {
  return [
    safePath(repo.realdir),
    repo.shadow === null || (repo.error !== null && repo.lastRecord === null) ? '-' : (repo.tracking ?? 'edited'),
    time(repo.lastRecord),
    repo.files === null ? '-' : String(repo.files),
    repo.size === null ? '-' : formatBytes(repo.size),
    repo.growth === null ? '-' : formatGrowth(repo.growth.size),
    stateWithProblems(repo),
  ];
}

function jsonOf(repo: ListedRepo): Record<string, unknown> {
  return {
    ...jsonPath('realdir', repo.realdir),
    ...(repo.shadow === null ? { shadow: null } : jsonPath('shadow', repo.shadow)),
    tracking: repo.tracking,
    lastRecord: repo.lastRecord === null ? null : time(repo.lastRecord),
    files: repo.files,
    size: repo.size === null ? null : Number(repo.size),
    growth: repo.growth === null ? null : { days: GROWTH_DAYS, files: repo.growth.files, size: Number(repo.growth.size) },
    summed: repo.summed === null ? null : localIsoTime(repo.summed),
    missing: repo.missing,
    rename: jsonRename(repo.rename ?? null),
    error: repo.error === null ? null : jsonError(repo.error),
    problems: repo.problems.map(jsonProblem),
  };
}

interface ListFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly exclude?: string[];
  readonly problems?: boolean;
  readonly due?: boolean;
  readonly sort?: string;
}

function printProblems({ stdout }: CliContext, problems: readonly StoredProblem[], json: boolean): void {
  stdout.write(json ? problems.map((problem) => jsonLine(jsonProblem(problem))).join('') : problemsText(problems));
  if (problems.length === 0 && !json) stdout.write('no problems\n');
}

function dueRow({ realdir, facet, lastSuccess, dueAt, isRetry }: DueEntry, now: Date): string[] {
  const due = dueAt <= now ? 'now' : localIsoTime(dueAt);
  return [safePath(realdir), facet, lastSuccess === null ? 'never' : localIsoTime(lastSuccess), isRetry ? `${due}, after it failed` : due];
}

function jsonDue({ realdir, facet, lastSuccess, dueAt }: DueEntry): Record<string, unknown> {
  return { ...jsonPath('realdir', realdir), facet, lastSuccess: lastSuccess?.toISOString() ?? null, dueAt: dueAt.toISOString() };
}

/** Lists one root after the other: one that cannot be listed is told, and is no reason to leave out the others. */
async function forEachRoot(context: CliContext, site: Config, list: (root: Root) => Promise<void>): Promise<void> {
  for (const root of site.roots) {
    try {
      await list(root);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof FsoError)) throw error;
      context.stderr.write(`failed ${describeError(error)}\n`);
      context.exitStatus = worseStatus(context.exitStatus, statusOfDone({ isFaulty: true }));
    }
  }
}

async function printDue(context: CliContext, site: Config, isWanted: (path: string) => boolean, json: boolean): Promise<void> {
  const { stdout, signal } = context;
  const now = new Date();
  const problems = new ProblemStore(site.location.root);
  const entries: DueEntry[] = [];
  await forEachRoot(context, site, async (root) => {
    const due = await listDue(site, root, problems, now, signal);
    printUnseen(context, root.path, due);
    entries.push(...due.entries);
  });
  const wanted = entries.filter(({ realdir }) => isWanted(textOfBytes(realdir)));
  if (json) for (const entry of wanted) stdout.write(jsonLine(jsonDue(entry)));
  else
    stdout.write(
      formatTable(
        ['realdir', 'facet', 'last done', 'due'],
        wanted.map((entry) => dueRow(entry, now)),
        ['left', 'left', 'left', 'left'],
      ),
    );
}

/** What may hide repos, or looks like one. */
function printUnseen(context: CliContext, root: ByteString, { unreadable, strange }: Pick<ListedRoot, 'unreadable' | 'strange'>): void {
  for (const { path, error } of unreadable) context.stderr.write(`unreadable ${safePath(joinPath(root, path))}: ${describeError(error)}\n`);
  for (const { error } of strange) context.stderr.write(`failed ${describeError(error)}\n`);
  const status = statusOfDone({ isFaulty: strange.length > 0, isPartial: unreadable.length > 0 });
  context.exitStatus = worseStatus(context.exitStatus, status);
}

/** `git-fso list`: the repos of all roots. */
export function registerList(program: Command, context: CliContext): void {
  const command = program
    .command('list')
    .summary('list repos with tracking, last record, size and growth')
    .description('Lists the repos below the configured roots. Sizes are from the records; no realdir is read.')
    .argument('[glob...]', 'only realdirs that match one of these globs')
    .option('--exclude <pattern...>', 'leave out realdirs that match, in the syntax of .gitignore')
    .option('--problems', 'list what has failed and was not solved since')
    .option('--due', 'list when each facet was last complete, and when it is due by the schedules')
    .addOption(
      new Option('--sort <key>', 'order of all repos: the largest, or the latest record, first').choices([...Object.keys(ORDERS), 'path']),
    )
    .option('--json', 'write one JSON object a line')
    .action(async (globs: string[], flags: ListFlags) => {
      const site = await loadSite(context, flags);
      const isIncluded = makePathFilter({ include: globs });
      const isKept = makePathFilter({ exclude: flags.exclude ?? [] });
      // Rules of .gitignore are about relative paths: here, relative to the filesystem's root.
      const isWanted = (path: string): boolean => isIncluded(path) && isKept(path.slice(1));
      if (flags.problems === true && flags.due === true) throw new UsageError('--problems and --due exclude each other');
      const isOther = flags.problems === true || flags.due === true;
      if (flags.sort !== undefined && isOther) throw new UsageError('--sort is for the list of repos');
      if (flags.due === true) {
        await printDue(context, site, isWanted, flags.json === true);
        return;
      }
      if (flags.problems === true) {
        printProblems(context, listProblems(site).filter(({ path }) => isWanted(textOfBytes(path))), flags.json === true);
        return;
      }
      const now = new Date();
      const found: ListedRepo[] = [];
      await forEachRoot(context, site, async (root) => {
        const listed = await listRoot(site, root, now, context.signal);
        printUnseen(context, root.path, listed);
        found.push(...listed.repos.filter(({ realdir }) => isWanted(textOfBytes(realdir))));
      });
      const repos = sorted(found, flags.sort);
      if (flags.json === true) {
        for (const repo of repos) context.stdout.write(jsonLine(jsonOf(repo)));
      } else {
        const header = ['realdir', 'tracking', 'last record', 'files', 'size', `${GROWTH_DAYS} days`, 'state'];
        context.stdout.write(formatTable(header, repos.map(rowOf), ['left', 'left', 'left', 'right', 'right', 'right', 'left']));
      }
      if (repos.length === 0 && globs.length > 0)
        context.stderr.write('no realdir matches; globs are for whole paths, such as /projects/**\n');
      const status = statusOfDone({ isFaulty: repos.some(({ error }) => error !== null) });
      context.exitStatus = worseStatus(context.exitStatus, status);
    });
  addConfigOptions(command);
  const examples = ['git-fso list', "git-fso list '/projects/**'", 'git-fso list --sort growth'];
  describeUse(command, [...examples, 'git-fso list --problems', 'git-fso list --due'], [0, 1, 2, 3]);
}
