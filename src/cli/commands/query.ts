import type { Command } from 'commander';
import { Option } from 'commander';
import { OpenIndex } from '../../record-index/tables/open-index.js';
import { askTyped } from '../../record-index/tables/fenced-query.js';
import { copyTyped } from '../../record-index/tables/copy-parquet.js';
import { TABLES } from '../../record-index/tables/table-views.js';
import { UsageError } from '../../util/errors.js';
import { parseDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { ANSWER_TIME, groundOfIndex } from '../index/asked-index.js';
import { writeFileTo } from '../index/write-parquet.js';
import { withPager } from '../pager.js';
import { formatAnswer } from '../render/sql-formats.js';
import { formatTable } from '../render/table.js';
import { LineWriter } from '../render/write-lines.js';

const FORMATS = ['table', 'csv', 'json', 'parquet'] as const;

interface QueryFlags extends PlaceFlags {
  readonly format: (typeof FORMATS)[number];
  readonly schema?: boolean;
  readonly timeout: string;
}

/** The tables, with their columns, for people. */
function schemaText(): string {
  const tables = TABLES.map(({ name, description, columns }) => {
    const rows = columns.map((column) => [`  ${column.name}`, column.type, column.description]);
    return `${name}: ${description}\n${formatTable([], rows, ['left', 'left', 'left']).replace(/^\n/, '')}`;
  });
  const atTime = "files_at(<time>): what was recorded at a time, as files; a time is text, such as '2026-10-01 12:00', in UTC\n";
  return `${tables.join('\n')}\n${atTime}`;
}

async function printAnswer(context: CliContext, sql: string, flags: QueryFlags): Promise<void> {
  const { format } = flags;
  const ground = await groundOfIndex(context, flags);
  const index = await OpenIndex.open(ground.location.root, 'git-fso query');
  const limits = { timeoutMs: parseDuration(flags.timeout), signal: context.signal };
  try {
    if (format === 'parquet') {
      await copyTyped(index, sql, limits, (path) => writeFileTo(context, path));
      return;
    }
    const answer = await askTyped(index, sql, limits);
    await withPager(context, format === 'table', (stdout) => writePieces(context, stdout, formatAnswer(answer, format)));
  } finally {
    index.close();
  }
}

async function writePieces(context: CliContext, stdout: CliContext['stdout'], pieces: AsyncIterable<string>): Promise<void> {
  const writer = new LineWriter(stdout, context.signal, '');
  for await (const piece of pieces) if (!(await writer.write(piece))) return;
  await writer.flush();
}

/** `git-fso query`: SQL over all records. */
export function registerQuery(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('query')
      .summary('ask SQL of all records, at any time')
      .description(
        'Answers one SELECT, in the SQL of DuckDB, from the index that `git-fso index` makes: files (now), files_at(<time>), versions, ' +
          'changes, repos, runs and findings. Nothing else can be read, and nothing be written; times are in UTC.',
      )
      .argument('[sql]', 'a SELECT')
      .option('--schema', 'describe tables and columns')
      .addOption(new Option('--format <format>', 'how to write the answer').choices(FORMATS).default('table'))
      .option('--timeout <duration>', 'how long it may take at most, such as 30s', ANSWER_TIME),
  ).action(async (sql: string | undefined, flags: QueryFlags) => {
    if (flags.schema === true) {
      context.stdout.write(schemaText());
      return;
    }
    if (sql === undefined) throw new UsageError('there is no SELECT', { remedy: '`git-fso query --schema` describes what can be asked' });
    await printAnswer(context, sql, flags);
  });
  const examples = [
    "git-fso query 'SELECT ext, count(*), sum(size) FROM files WHERE counted GROUP BY ext ORDER BY 3 DESC LIMIT 10'",
    `git-fso query --format csv "SELECT path, size FROM files_at('2026-10-01') WHERE size > 1e9" >big.csv`,
    'git-fso query --schema',
  ];
  describeUse(command, examples, [0, 1, 2], { 1: 'there is no index, no DuckDB, or it took too long' });
}
