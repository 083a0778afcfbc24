import { sqlText } from '../duckdb.js';
import type { QueryLimits } from './fenced-query.js';
import { answerOf, asTable } from './fenced-query.js';
import type { OpenIndex } from './open-index.js';
import { requireSelect } from './select-only.js';

/** What is called with the path of a file that is gone afterwards. */
export type UseFile = (path: string) => Promise<void>;

/** Writes the answer to a SELECT that somebody has typed as a Parquet file. Throws like `askTyped`. */
export async function copyTyped(index: OpenIndex, sql: string, limits: QueryLimits, use: UseFile): Promise<void> {
  await requireSelect(index.connection, sql);
  await copyRows(index, asTable(sql), limits, use);
}

/** Writes the rows of a table expression of ours as a Parquet file. */
export async function copyRows(index: OpenIndex, table: string, limits: QueryLimits, use: UseFile): Promise<void> {
  const { outputPath } = index;
  const options = 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false';
  const { pieces } = await answerOf(index, `COPY (SELECT * FROM ${table}) TO ${sqlText(outputPath)} (${options})`, limits);
  const steps = pieces[Symbol.asyncIterator]();
  while ((await steps.next()).done !== true);
  await use(outputPath);
}
