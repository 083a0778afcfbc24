import type { SqlAnswer, SqlValue } from '../../record-index/tables/fenced-query.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import { safeText } from '../../util/text/safe-text.js';
import type { JsonField } from './json-text.js';
import { jsonText } from './json-text.js';
import { formatTable } from './table.js';

/** How an answer can be written as lines. */
export type RowFormat = 'table' | 'csv' | 'json';

/** Rows that a table is laid out for at once: what comes later does not change the widths of columns. */
const TABLE_ROWS = 1000;

function textOf(value: SqlValue): string {
  if (value === null) return '';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'object' ? jsonText(jsonOf(value)) : String(value);
}

function jsonOf(value: SqlValue): JsonField {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return (value as readonly SqlValue[]).map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each)]));
}

/** By RFC 4180. What a spreadsheet would take for a formula is text for it: a name may be anything. */
function csvCell(value: SqlValue): string {
  const text = textOf(value);
  const isText = typeof value === 'string';
  const safe = isText && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An answer as text in pieces, each of whole lines, as bytes. */
export async function* formatAnswer({ columns, isNumeric, pieces }: SqlAnswer, format: RowFormat): AsyncGenerator<ByteString> {
  if (format === 'csv') yield bytesOfText(`${columns.map(csvCell).join(',')}\r\n`);
  let rows: string[][] = [];
  const header = columns.map(safeText);
  const alignments = isNumeric.map((each) => (each ? 'right' : 'left'));
  let isFirst = true;
  const table = (): ByteString => {
    const text = bytesOfText(formatTable(isFirst ? header : columns.map(() => ''), rows, alignments));
    const lines = isFirst ? text : text.slice(text.indexOf('\n') + 1);
    [rows, isFirst] = [[], false];
    return lines;
  };
  for await (const piece of pieces) {
    if (format === 'csv') yield bytesOfText(piece.map((row) => `${row.map(csvCell).join(',')}\r\n`).join(''));
    else if (format === 'json') yield bytesOfText(piece.map((row) => jsonRow(columns, row)).join(''));
    else {
      for (const row of piece) rows.push(row.map((value) => safeText(textOf(value))));
      if (rows.length >= TABLE_ROWS) yield table();
    }
  }
  if (format === 'table' && (isFirst || rows.length > 0)) yield table();
}

function jsonRow(columns: readonly string[], row: readonly SqlValue[]): string {
  return `${jsonText(Object.fromEntries(columns.map((column, index) => [column, jsonOf(row[index] ?? null)])))}\n`;
}
