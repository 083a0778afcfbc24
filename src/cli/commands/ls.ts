import type { Command } from 'commander';
import { Option } from 'commander';
import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { treeOfBranch } from '../../shadow/read/facet-tree.js';
import type { StatRow } from '../../history/ls.js';
import { hasRecordsAt, listStat, SEE_WHAT_IS } from '../../history/ls.js';
import { listWithTotals } from '../../history/ls-totals.js';
import type { Sums } from '../../history/states/checksums.js';
import { Checksums } from '../../history/states/checksums.js';
import type { RepoState } from '../../history/states/repo-history.js';
import { RepoHistory } from '../../history/states/repo-history.js';
import { requireStatTree, statTreeAt, treeOfRevision } from '../../history/times/revision.js';
import { branchOf } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import type { OpenedPlace } from '../open-repo.js';
import { goneError } from '../gone.js';
import { openPlace } from '../open-repo.js';
import { recordedPath } from '../../history/places/typed-path.js';
import { exactRowLine, HUMAN, listedPath, statRowJson, statRowLine } from '../render/stat-row.js';
import { LineWriter } from '../render/write-lines.js';
import { statTree } from '../../history/stat-tree.js';

interface LsFlags {
  readonly z?: boolean;
  readonly at?: string;
  readonly json?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly sort?: SortKey;
  readonly humanReadable?: boolean;
}

interface Selection {
  readonly tree: Oid;
  readonly path: ByteString;
}

/** What was recorded at a time. */
async function selectionAt(place: OpenedPlace, time: string, [path, more]: readonly (string | undefined)[]): Promise<Selection> {
  const { repo, path: from } = place;
  if (more !== undefined) throw new UsageError('--at and a revision exclude each other');
  return { tree: await statTreeAt(repo, time), path: path === undefined ? '' : recordedPath(repo, path, from) };
}

/** A single argument is what exists: a path or a revision. */
async function selectionOf(
  context: CliContext,
  { repo, path: from }: OpenedPlace,
  reader: ObjectReader,
  [first, second]: readonly (string | undefined)[],
): Promise<Selection> {
  if (first === undefined) return { tree: statTree(repo, reader), path: '' };
  if (second !== undefined) return { tree: await requireStatTree(repo, first), path: recordedPath(repo, second, from) };
  const { tree: revision } = await treeOfRevision(repo.gitDir, first, 'master-stat');
  if (revision === null) {
    const selection = { tree: statTree(repo, reader), path: recordedPath(repo, first, from) };
    if (selection.path === '' || hasRecordsAt(reader, selection.tree, selection.path)) return selection;
    const gone = await goneError(context, { repo, path: selection.path, typed: first, until: Number.POSITIVE_INFINITY });
    if (gone !== null) throw gone;
    throw new FsoError(`${first}: neither recorded nor a revision`, { remedy: SEE_WHAT_IS });
  }
  const recorded = treeOfBranch(repo.gitDir, reader, branchOf('stat'));
  if (recorded === null || !hasRecordsAt(reader, recorded, joinPath(from, bytesOfText(first)))) return { tree: revision, path: '' };
  throw new UsageError(`${first}: both a revision and a recorded path`, {
    remedy: `write \`git-fso ls ${first} .\` for the revision, \`git-fso ls master-stat ${first}\` for the path`,
  });
}

/** The libraries behind the filter are loaded only when one is wanted. */
async function filterFrom({ include, exclude }: LsFlags): Promise<(path: string) => boolean> {
  if (include === undefined && exclude === undefined) return () => true;
  const { makePathFilter } = await import('../../util/glob/path-filter.js');
  return makePathFilter({ include: include ?? [], exclude: exclude ?? [] });
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What rows are sorted by: numbers the largest first, paths by their bytes. */
const SORT_KEYS = {
  size: ({ size }: StatRow) => size,
  mtime: ({ mtime, hasMtime }: StatRow) => (hasMtime ? mtime : Number.NEGATIVE_INFINITY),
  path: listedPath,
} as const;

type SortKey = keyof typeof SORT_KEYS;

/** Rows of a listing as lines. */
class Listing {
  private readonly lines: { readonly key: number | bigint | ByteString; readonly line: ByteString }[] = [];

  constructor(
    private readonly writer: LineWriter,
    private readonly sort: SortKey | undefined,
    private readonly isWanted: (path: string) => boolean,
    private readonly format: (row: StatRow) => ByteString,
  ) {}

  /** Returns false if nobody reads any more. */
  async add(rows: Iterable<StatRow>): Promise<boolean> {
    for (const row of rows) {
      const path = listedPath(row);
      if (!this.isWanted(textOfBytes(row.mode === '160000' ? `${path}/` : path))) continue;
      const line = this.format(row);
      if (this.sort !== undefined) {
        this.lines.push({ key: SORT_KEYS[this.sort](row), line });
        continue;
      }
      const isRead = this.writer.write(line);
      if (isRead !== true && !(await isRead)) return false;
    }
    return true;
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    const order = this.sort === 'path' ? 1 : -1;
    // Rows with the same key stay in the order of the listing.
    this.lines.sort((a, b) => (a.key < b.key ? -order : a.key > b.key ? order : 0));
    for (const { line } of this.lines) {
      const isRead = this.writer.write(line);
      if (isRead !== true && !(await isRead)) return;
    }
    await this.writer.flush();
  }
}

/** Finds checksums of files in what is listed. */
class ListedSums {
  private readonly history: RepoHistory;
  private readonly checksums: Checksums;
  private readonly state: RepoState | null;

  constructor(repo: ShadowRepo, tree: Oid) {
    this.history = new RepoHistory(repo);
    this.checksums = new Checksums(this.history);
    this.state = this.history.byIndex(this.history.stat.findLastIndex((commit) => commit.tree === tree));
  }

  /** Null if none are known that belong to the state that is listed. */
  of({ mode, path }: StatRow): Sums | null {
    return mode !== '100000' || this.state === null ? null : this.checksums.of(path, this.state);
  }

  close(): void {
    this.history.close();
  }
}

function formatOf({ json, z, humanReadable }: LsFlags, sums: ListedSums | null): (row: StatRow) => ByteString {
  if (json === true) return (row) => bytesOfText(statRowJson(row, sums?.of(row) ?? null));
  if (z === true) return exactRowLine;
  return humanReadable === true ? (row) => statRowLine(row, HUMAN) : (row) => statRowLine(row);
}

async function list(context: CliContext, operands: readonly (string | undefined)[], flags: LsFlags): Promise<void> {
  const place = await openPlace(context, 'read');
  const isWanted = await filterFrom(flags);
  const isExact = flags.z === true && flags.json !== true;
  const reader = ObjectReader.open(place.repo.gitDir);
  let sums: ListedSums | null = null;
  try {
    const { at } = flags;
    const { tree, path } = at === undefined ? await selectionOf(context, place, reader, operands) : await selectionAt(place, at, operands);
    if (flags.json === true) sums = new ListedSums(place.repo, tree);
    const writer = new LineWriter(context.stdout, context.signal, isExact ? '\0' : '\n');
    const listing = new Listing(writer, flags.sort, isWanted, formatOf(flags, sums));
    // Programs that read what the reference writes expect no sums.
    const parts = isExact ? [listStat(reader, tree, path)] : listWithTotals(reader, tree, path, yieldRegularly(context.signal));
    for await (const rows of parts) if (!(await listing.add(rows))) return;
    await listing.end();
  } finally {
    reader.close();
    sums?.close();
  }
}

/** `git-fso ls`: the records of stat as a listing. */
export function registerLs(program: Command, context: CliContext): void {
  const command = program
    .command('ls')
    .summary('list what is recorded')
    .description(
      'Lists what master-stat records, now or at a revision: type (d directory, f file, l symlink, g submodule), size, mtime and ' +
        'path. Directories have the size of everything that is recorded in them, or was summed up there.',
    )
    .argument('[revision]', 'branch, commit, master-stat~3, @{2018-03-15}, … (a single argument may also be a path)')
    .argument('[path]', 'list only what is at and below this path')
    .option('--at <time>', 'list what was recorded at this time: 2018-03-15, "2 weeks ago" (all that Git takes as a date)')
    .option('--include <glob>', 'list only paths that match; may be repeated', collect)
    .option('--exclude <pattern>', 'leave out paths that match a pattern as in .gitignore; may be repeated', collect)
    .option('-z', 'end entries with NUL instead of a newline, do not escape names, and leave directories without sums')
    .addOption(new Option('-h, --human-readable', 'sizes such as 1.5 GiB').conflicts(['z', 'json']))
    .addOption(new Option('--sort <key>', 'the largest or the latest first, or by path').choices(Object.keys(SORT_KEYS)))
    .option('--json', 'print one JSON object a line, with all fields, and checksums where they are known')
    // `-h` is what it is for ls(1).
    .helpOption('--help')
    .action((revision: string | undefined, path: string | undefined, flags: LsFlags) => list(context, [revision, path], flags));
  describeUse(
    command,
    ['git-fso ls', 'git-fso ls -h --sort size', "git-fso ls --at 'last week' data", "git-fso ls --include '**/*.csv' --json"],
    [0, 1, 2],
  );
}
