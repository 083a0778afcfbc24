import { messageOf, UsageError } from '../../util/errors.js';
import { loadDuckDb, sqlText } from '../duckdb.js';
import type { Connection } from '../duckdb.js';

/**
 * Table functions that a typed SELECT may call. Others read files, run SQL from texts, or, as `enable_logging` does, change what the
 * database does, which can end the process.
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'files_at', 'range', 'generate_series', 'unnest', 'repeat', 'repeat_row', 'json_each', 'json_tree', 'regexp_split_to_table',
]);

/** Where a bracket is not closed, DuckDB's parser takes twice as long for each one around it, and nothing interrupts it. */
const DEPTH_MAX = 20;

/** Of what DuckDB says, the first line; others point at places in the statement. */
export function sqlError(error: unknown): UsageError {
  return new UsageError(`SQL: ${messageOf(error).split('\n')[0]}`, { remedy: '`git-fso query --schema` lists tables and columns' });
}

/** @throws UsageError unless it is one SELECT that only reads tables */
export async function requireSelect(connection: Connection, sql: string): Promise<void> {
  if (depthOf(sql) > DEPTH_MAX) throw new UsageError(`SQL: brackets are more than ${DEPTH_MAX} deep`);
  const { StatementType } = loadDuckDb('git-fso query');
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new UsageError(`SQL: ${statements.count} statements; only one is answered`);
    await requireKnownFunctions(connection, sql);
    // To prepare it looks names up, and runs nothing.
    const { statementType } = await statements.prepare(0);
    if (statementType !== StatementType.SELECT) throw new UsageError('SQL: only SELECT is answered');
  } catch (error) {
    throw error instanceof UsageError ? error : sqlError(error);
  }
}

/** How deep brackets are, those in quotes included. */
function depthOf(sql: string): number {
  let [depth, most] = [0, 0];
  for (const character of sql) {
    if ('([{'.includes(character)) most = Math.max(most, ++depth);
    else if (')]}'.includes(character) && depth > 0) depth -= 1;
  }
  return most;
}

/** Before anything is looked up: some functions do something then already. */
async function requireKnownFunctions(connection: Connection, sql: string): Promise<void> {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${sqlText(sql)})`);
  const parsed = JSON.parse(String(reader.getRows()[0]?.[0])) as { readonly error?: boolean };
  if (parsed.error !== false) throw new UsageError('SQL: only SELECT is answered');
  const called = tableFunctionsIn(parsed).find((name) => !TABLE_FUNCTIONS.has(name.toLowerCase()));
  if (called === undefined) return;
  throw new UsageError(`SQL: ${called}() is not answered`, {
    remedy: `of functions that make tables, there are ${[...TABLE_FUNCTIONS].join(', ')}`,
  });
}

/** The names of functions that are called for a table, anywhere in a parsed statement. */
function tableFunctionsIn(parsed: object): readonly string[] {
  const names: string[] = [];
  const open: unknown[] = [parsed];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const { type, function: called } = node as { readonly type?: unknown; readonly function?: { readonly function_name?: unknown } };
    if (type === 'TABLE_FUNCTION') names.push(String(called?.function_name));
    // A loop, since JSON can be deep; arguments would be limited in number.
    for (const child of Object.values(node) as unknown[]) open.push(child);
  }
  return names;
}
