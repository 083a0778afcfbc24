import type { Command } from 'commander';
import type { Oid } from '../../git/object-id.js';
import { ObjectReader } from '../../git/object-reader.js';
import { treeOfBranch } from '../../history/facet-tree.js';
import type { StatRow } from '../../history/ls.js';
import { hasRecordsAt, listStat } from '../../history/ls.js';
import { treeOfRevision } from '../../history/revision.js';
import { branchOf } from '../../shadow/branches.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { openShadowRepo } from '../context.js';
import { describeUse } from '../help.js';
import { recordedPath } from '../recorded-path.js';
import { safePath } from '../render/safe-text.js';
import { listedPath, statRowJson, statRowLine } from '../render/stat-row.js';
import { writeLines } from '../render/write-lines.js';
import { statTree } from '../stat-tree.js';

interface LsFlags {
  readonly json?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

interface Selection {
  readonly tree: Oid;
  readonly path: ByteString;
}

async function revisionTree(repo: ShadowRepo, revision: string): Promise<Oid> {
  const resolved = await treeOfRevision(repo.gitDir, revision, 'master-stat');
  if (resolved.tree !== null) return resolved.tree;
  throw new UsageError(`${revision}: not a revision of ${textOfBytes(repo.directory)}: ${resolved.reason}`, {
    remedy: 'give a branch, a commit, master-stat~3 or @{2018-03-15}; gitrevisions(7) lists all forms',
  });
}

/** A single argument is what exists: a path or a revision. */
async function selectionOf(repo: ShadowRepo, reader: ObjectReader, [first, second]: readonly (string | undefined)[]): Promise<Selection> {
  if (first === undefined) return { tree: statTree(repo, reader), path: '' };
  if (second !== undefined) return { tree: await revisionTree(repo, first), path: recordedPath(repo, second) };
  const { tree: revision } = await treeOfRevision(repo.gitDir, first, 'master-stat');
  if (revision === null) {
    const selection = { tree: statTree(repo, reader), path: recordedPath(repo, first) };
    if (selection.path === '' || hasRecordsAt(reader, selection.tree, selection.path)) return selection;
    throw new FsoError(`${first}: neither recorded nor a revision`);
  }
  const recorded = treeOfBranch(repo.gitDir, reader, branchOf('stat'));
  if (recorded === null || !hasRecordsAt(reader, recorded, bytesOfText(first))) return { tree: revision, path: '' };
  throw new UsageError(`${first}: both a revision and a recorded path`, {
    remedy: `write \`git-fso ls ${first} .\` for the revision, \`git-fso ls master-stat ${first}\` for the path`,
  });
}

/** The libraries behind the filter are loaded only when one is wanted. */
async function filterFrom({ include, exclude }: LsFlags): Promise<(path: string) => boolean> {
  if (include === undefined && exclude === undefined) return () => true;
  const { makePathFilter } = await import('../../util/path-filter.js');
  return makePathFilter({ include: include ?? [], exclude: exclude ?? [] });
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function* lines(rows: Iterable<StatRow>, isWanted: (path: string) => boolean, format: (row: StatRow) => ByteString): Generator<ByteString> {
  for (const row of rows) {
    const path = listedPath(row);
    if (isWanted(textOfBytes(row.mode === '160000' ? `${path}/` : path))) yield format(row);
  }
}

/** `git-fso ls`: the records of stat as a listing. */
export function registerLs(program: Command, context: CliContext): void {
  const command = program
    .command('ls')
    .summary('list what is recorded')
    .description('Lists what master-stat records, now or at a revision: type (d directory, f file, l symlink, g submodule),\nsize, mtime and path. Directories that are recorded as a whole have the size of everything in them.')
    .argument('[revision]', 'branch, commit, master-stat~3, @{2018-03-15}, … (a single argument may also be a path)')
    .argument('[path]', 'list only what is at and below this path')
    .option('--include <glob>', 'list only paths that match; may be repeated', collect)
    .option('--exclude <pattern>', 'leave out paths that match a pattern as in .gitignore; may be repeated', collect)
    .option('--json', 'print one JSON object a line, with all fields')
    .action(async (revision: string | undefined, path: string | undefined, flags: LsFlags) => {
      const repo = openShadowRepo(context);
      const isWanted = await filterFrom(flags);
      const show = context.stdout.isTTY ? (name: ByteString) => bytesOfText(safePath(name)) : (name: ByteString) => name;
      const format = (row: StatRow): ByteString =>
        flags.json === true ? bytesOfText(statRowJson(row)) : statRowLine(row, show);
      const reader = ObjectReader.open(repo.gitDir);
      try {
        const selection = await selectionOf(repo, reader, [revision, path]);
        await writeLines(context, lines(listStat(reader, selection.tree, selection.path), isWanted, format));
      } finally {
        reader.close();
      }
    });
  describeUse(
    command,
    ['git-fso ls', "git-fso ls '@{last week}' data", "git-fso ls --include '**/*.csv' --json"],
    [0, 1, 2],
  );
}
