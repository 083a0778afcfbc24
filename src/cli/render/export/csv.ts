import { rfc3339 } from '../timestamp.js';
import type { ExportFormat } from './export-format.js';

/** What ends a line, by RFC 4180. */
const END = '\r\n';
const COLUMNS = ['path', 'kind', 'size', 'mtime', 'files', 'sha256', 'sha1'];

/**
 * CSV, by RFC 4180; the first line is the header. Names are bytes as they are. A path comes first, always in quotes, and begins with a
 * slash: nothing that the owner of a file can choose begins a cell, even where a spreadsheet takes other characters for separators, so
 * no spreadsheet takes a name for a formula.
 */
export const CSV: ExportFormat = {
  wanted: { sums: true },
  begin: () => COLUMNS.join(',') + END,
  item: ({ path, kind, size, mtime, files, sums }) => {
    const { sha256 = '', sha1 = '' } = sums ?? {};
    const time = mtime === null ? '' : rfc3339(mtime);
    return `"${path.replaceAll('"', '""')}",${kind},${size},${time},${files},${sha256},${sha1}${END}`;
  },
  finish: () => '',
};
