import type { RowMode, StatRow } from '../../history/ls.js';
import type { ByteString } from '../../util/byte-string.js';
import { jsonText } from './json-text.js';
import { jsonPath } from './json-values.js';
import { rfc3339 } from './timestamp.js';

const SIZE_WIDTH = 13;
const LETTERS: Readonly<Record<RowMode, string>> = { '040000': 'd', '100000': 'f', '120000': 'l', '160000': 'g' };

/** Fields of the toplevel record that have no column of their own. */
const TOPLEVEL_FIELD = /^(mtime_min|mtime_max|attrs|git|git_\w+)$/;

/** The path as it is listed: with a slash behind a directory, except for the toplevel. */
export function listedPath({ mode, path }: StatRow): ByteString {
  return mode === '040000' && path !== '.' ? `${path}/` : path;
}

/**
 * A row as a line: type, size, mtime, tab, path; for symlinks and submodules an arrow and the target.
 * @param show makes a name printable
 */
export function statRowLine(row: StatRow, show: (name: ByteString) => ByteString): ByteString {
  const { mode, size, mtime, symlink, gitlink } = row;
  const line = `${LETTERS[mode]} ${String(size).padStart(SIZE_WIDTH)} ${rfc3339(mtime)}\t${show(listedPath(row))}`;
  if (mode === '120000') return `${line}\t -> ${show(symlink)}`;
  return mode === '160000' ? `${line}\t -> ${gitlink}` : line;
}

/** The members of the JSON object of a name, without the braces. */
function nameMembers(key: string, name: ByteString): string {
  return jsonText(jsonPath(key, name)).slice(1, -1);
}

/**
 * A row as a JSON object in one line; the toplevel has the further fields of its record under their own
 * names. It is put together by hand: a generic writer takes three times as long, and rows come in millions.
 */
export function statRowJson(row: StatRow): string {
  const { path, mode, mtime, size, dirs, files, links, others, symlink, gitlink, toplevel } = row;
  const numbers = `"mtime":${mtime},"size":${size},"dirs":${dirs},"files":${files},"links":${links},"others":${others}`;
  const more = [...(toplevel ?? [])].filter(([key]) => TOPLEVEL_FIELD.test(key)).map(([key, value]) => `,"${key}":${jsonText(value)}`);
  const target = symlink === '' ? '"symlink":""' : nameMembers('symlink', symlink);
  return `{${nameMembers('path', path)},"mode":"${mode}",${numbers},${target},"gitlink":"${gitlink}"${more.join('')}}`;
}
