import { createRequire } from 'node:module';
import type * as DuckDB from '@duckdb/node-api';
import { FsoError } from '../util/errors.js';

/** DuckDB is an optional dependency of 70 MB, which takes half a second to load: only what needs it asks for it. */
export type { DuckDBAppender as Appender, DuckDBConnection as Connection, DuckDBInstance as Instance } from '@duckdb/node-api';

const PACKAGE = '@duckdb/node-api';

let loaded: typeof DuckDB | null = null;

/**
 * DuckDB, loaded when it is first asked for.
 * @param command for the message, such as `git-fso query`
 * @throws FsoError that says what to install, if it is not there
 */
export function loadDuckDb(command: string): typeof DuckDB {
  try {
    // Not by import(): what is bundled into one script has no other modules beside it.
    loaded ??= createRequire(import.meta.url)(PACKAGE) as typeof DuckDB;
    return loaded;
  } catch (error) {
    throw new FsoError(`${command} needs DuckDB (70 MB)`, { remedy: `npm install -g ${PACKAGE}`, cause: error });
  }
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
