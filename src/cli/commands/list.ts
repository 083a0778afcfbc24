import type { Command } from 'commander';
import type { Config } from '../../config/types.js';
import type { ListedRepo } from '../../rescan/list.js';
import type { DueEntry } from '../../rescan/list-due.js';
import { listDue } from '../../rescan/list-due.js';
import { listRoot } from '../../rescan/list.js';
import { isAtOrBelow } from '../../shadow/locate.js';
import type { StoredProblem } from '../../shadow/problem-store.js';
import { ProblemStore } from '../../shadow/problem-store.js';
import { textOfBytes } from '../../util/byte-string.js';
import { ExitStatus, UsageError } from '../../util/errors.js';
import { makePathFilter } from '../../util/path-filter.js';
import { localIsoTime } from '../../util/time.js';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { jsonError, jsonPath } from '../render/json-values.js';
import { jsonProblem, problemText } from '../render/problems-text.js';
import { formatBytes } from '../render/quantities.js';
import { describeError } from '../render/rescan-text.js';
import { safePath } from '../render/safe-text.js';
import { formatTable } from '../render/table.js';

const time = (seconds: number | null): string => (seconds === null ? '-' : localIsoTime(new Date(seconds * 1000)));

function stateOf(repo: ListedRepo): string {
  if (repo.error !== null) return describeError(repo.error);
  if (repo.missing) return 'missing';
  if (repo.shadow === null) return 'not created';
  return repo.lastRecord === null ? 'no record' : 'ok';
}

function rowOf(repo: ListedRepo): string[] {
  return [
    safePath(repo.realdir),
    repo.shadow === null ? '-' : (repo.tracking ?? 'edited'),
    time(repo.lastRecord),
    repo.files === null ? '-' : String(repo.files),
    repo.size === null ? '-' : formatBytes(repo.size),
    stateOf(repo),
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
    missing: repo.missing,
    error: repo.error === null ? null : jsonError(repo.error),
  };
}

interface ListFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly exclude?: string[];
  readonly problems?: boolean;
  readonly due?: boolean;
}

/** What failed at or below the configured roots. */
function problemsOf({ location, roots }: Config): readonly StoredProblem[] {
  return new ProblemStore(location.root).list().filter(({ path }) => roots.some((root) => isAtOrBelow(path, root.path)));
}

function printProblems({ stdout }: CliContext, problems: readonly StoredProblem[], json: boolean): void {
  for (const problem of problems) stdout.write(json ? `${JSON.stringify(jsonProblem(problem))}\n` : problemText(problem));
  if (problems.length === 0 && !json) stdout.write('no problems\n');
}

function dueRow({ realdir, facet, lastSuccess, dueAt, isRetry }: DueEntry, now: Date): string[] {
  const due = dueAt <= now ? 'now' : localIsoTime(dueAt);
  return [safePath(realdir), facet, lastSuccess === null ? 'never' : localIsoTime(lastSuccess), isRetry ? `${due}, after it failed` : due];
}

function jsonDue({ realdir, facet, lastSuccess, dueAt }: DueEntry): Record<string, unknown> {
  return { ...jsonPath('realdir', realdir), facet, lastSuccess: lastSuccess?.toISOString() ?? null, dueAt: dueAt.toISOString() };
}

async function printDue({ stdout, signal }: CliContext, site: Config, isWanted: (path: string) => boolean, json: boolean): Promise<void> {
  const now = new Date();
  const problems = new ProblemStore(site.location.root);
  const entries: DueEntry[] = [];
  for (const root of site.roots) entries.push(...(await listDue(site, root, problems, now, signal)));
  const wanted = entries.filter(({ realdir }) => isWanted(textOfBytes(realdir)));
  if (json) for (const entry of wanted) stdout.write(`${JSON.stringify(jsonDue(entry))}\n`);
  else stdout.write(formatTable(['realdir', 'facet', 'last done', 'due'], wanted.map((entry) => dueRow(entry, now)), ['left', 'left', 'left', 'left']));
}

/** `git-fso list`: the repos of all roots. */
export function registerList(program: Command, context: CliContext): void {
  const command = program
    .command('list')
    .summary('list repos with tracking, last record and size')
    .description('Lists the repos below the configured roots. Sizes are from the records; no realdir is read.')
    .argument('[glob...]', 'only realdirs that match one of these globs')
    .option('--exclude <pattern...>', 'leave out realdirs that match, in the syntax of .gitignore')
    .option('--problems', 'list what has failed and was not solved since')
    .option('--due', 'list when each facet was last complete, and when it is due by the schedules')
    .option('--json', 'write one JSON object a line')
    .action(async (globs: string[], flags: ListFlags) => {
      const site = await loadSite(context, flags);
      const isIncluded = makePathFilter({ include: globs });
      const isKept = makePathFilter({ exclude: flags.exclude ?? [] });
      // Rules of .gitignore are about relative paths: here, relative to the filesystem's root.
      const isWanted = (path: string): boolean => isIncluded(path) && isKept(path.slice(1));
      if (flags.problems === true && flags.due === true) throw new UsageError('--problems and --due exclude each other');
      if (flags.due === true) {
        await printDue(context, site, isWanted, flags.json === true);
        return;
      }
      if (flags.problems === true) {
        printProblems(context, problemsOf(site).filter(({ path }) => isWanted(textOfBytes(path))), flags.json === true);
        return;
      }
      const repos: ListedRepo[] = [];
      for (const root of site.roots) {
        const listed = await listRoot(site, root, context.signal);
        repos.push(...listed.filter(({ realdir }) => isWanted(textOfBytes(realdir))));
      }
      if (flags.json === true) {
        for (const repo of repos) context.stdout.write(`${JSON.stringify(jsonOf(repo))}\n`);
      } else {
        const header = ['realdir', 'tracking', 'last record', 'files', 'size', 'state'];
        context.stdout.write(formatTable(header, repos.map(rowOf), ['left', 'left', 'left', 'right', 'right', 'left']));
      }
      if (repos.length === 0 && globs.length > 0) context.stderr.write('no realdir matches; globs are for whole paths, such as /projects/**\n');
      if (repos.some(({ error }) => error !== null)) context.exitStatus = ExitStatus.failed;
    });
  addConfigOptions(command);
  describeUse(command, ['git-fso list', "git-fso list '/projects/**'", 'git-fso list --problems', 'git-fso list --due'], [0, 1, 2]);
}
