import { bytesOfText } from '../../../util/byte-string.js';
import { jsonText } from '../json-text.js';
import { jsonPath } from '../json-values.js';
import type { ExportFormat } from './export-format.js';

/** One JSON object a line. */
export const NDJSON: ExportFormat = {
  wanted: { sums: true, targets: true },
  begin: () => '',
  item: ({ path, kind, size, files, mtime, sums, target }) => {
    const { sha256 = null, sha1 = null } = sums ?? {};
    const link = target === null ? { target } : jsonPath('target', target);
    return `${bytesOfText(jsonText({ ...jsonPath('path', path), kind, size, files, mtime, sha256, sha1, ...link }))}\n`;
  },
  finish: () => '',
};
