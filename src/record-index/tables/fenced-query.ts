import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { FsoError, messageOf } from '../../util/errors.js';
import { formatDuration } from '../../util/time/durations.js';
import { sqlText } from '../duckdb.js';
import type { OpenIndex } from './open-index.js';
import { requireSelect, sqlError } from './select-only.js';

/** A value of a row: as JavaScript has it where that is exact, else as text; bytes, lists and the like as they are. */
export type SqlValue = null | boolean | number | bigint | string | Uint8Array | readonly SqlValue[] | { readonly [key: string]: SqlValue };

/** An answer, whose rows come some at a time. */
export interface SqlAnswer {
  readonly columns: readonly string[];
  /** Of each column: whether it is of numbers. */
  readonly isNumeric: readonly boolean[];
  readonly pieces: AsyncIterable<readonly (readonly SqlValue[])[]>;
}

export interface QueryLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly yieldTurn?: YieldTurn;
}

/**
 * Asks what somebody has typed: one SELECT, of the index alone.
 * @throws UsageError if it is anything else, or no SQL; FsoError if it takes too long or too much
 */
export async function askTyped(index: OpenIndex, sql: string, limits: QueryLimits): Promise<SqlAnswer> {
  await requireSelect(index.connection, sql);
  return answerOf(index, sql, limits);
}

/** Asks what git-fso itself has written. Takes and throws the same. @param values for `$1` and so on */
export async function answerOf(
  { connection }: OpenIndex,
  sql: string,
  { timeoutMs, signal, yieldTurn }: QueryLimits,
  values: readonly (string | number | bigint | null)[] = [],
): Promise<SqlAnswer> {
  let isLate = false;
  const interrupt = (): void => connection.interrupt();
  const timer = setTimeout(() => {
    isLate = true;
    interrupt();
  }, timeoutMs);
  signal?.addEventListener('abort', interrupt);
  const done = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  };
  const failure = (error: unknown): unknown => {
    done();
    if (signal?.aborted === true) return signal.reason;
    if (isLate) return new FsoError(`SQL: it took longer than ${formatDuration(timeoutMs)}`, { remedy: 'ask for less, or give --timeout' });
    const text = messageOf(error);
    if (text.startsWith('Out of Memory')) return new FsoError(`SQL: ${text.split('\n')[0]}`, { remedy: 'ask for less at once' });
    return sqlError(error);
  };
  try {
    const result = await connection.stream(sql, [...values]);
    const columns = result.deduplicatedColumnNames();
    const isNumeric = result.columnTypes().map((type) => NUMERIC.test(String(type)));
    async function* pieces(): AsyncGenerator<readonly (readonly SqlValue[])[]> {
      try {
        for (;;) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) return;
          yield chunk.getRows().map((row) => row.map(plainValue));
          const turn = yieldTurn?.();
          if (turn !== undefined) await turn;
        }
      } catch (error) {
        throw failure(error);
      } finally {
        done();
      }
    }
    return { columns, isNumeric, pieces: pieces() };
  } catch (error) {
    throw failure(error);
  }
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

/** A typed SELECT as a table of a statement of ours, which it cannot leave. */
export function asTable(sql: string): string {
  return `query(${sqlText(sql.trim().replace(/;+$/, ''))})`;
}

function plainValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  if ('bytes' in value && value.bytes instanceof Uint8Array) return value.bytes;
  if ('items' in value && Array.isArray(value.items)) return value.items.map(plainValue);
  if ('entries' in value && typeof value.entries === 'object' && !Array.isArray(value.entries)) {
    return Object.fromEntries(Object.entries(value.entries as object).map(([key, each]) => [key, plainValue(each)]));
  }
  return String(value);
}
