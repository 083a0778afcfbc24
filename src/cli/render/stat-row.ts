import type { RowMode, StatRow } from '../../history/ls.js';
import type { Sums } from '../../history/states/checksums.js';
import type { ByteString } from '../../util/byte-string.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safeBytes } from '../../util/text/safe-text.js';
import { jsonText } from './json-text.js';
import { jsonPath } from './json-values.js';
import { rfc3339 } from './timestamp.js';

const SIZE_WIDTH = 13;
/** `1023 KiB` */
const HUMAN_WIDTH = 8;
const LETTERS: Readonly<Record<RowMode, string>> = { '040000': 'd', '100000': 'f', '120000': 'l', '160000': 'g' };

/** Fields of the toplevel record that have no column of their own. */
const TOPLEVEL_FIELD = /^(mtime_min|mtime_max|attrs|git|git_\w+)$/;

/** The path as it is listed: with a slash behind a directory, except for the toplevel. */
export function listedPath({ mode, path }: StatRow): ByteString {
  return mode === '040000' && path !== '.' ? `${path}/` : path;
}

/** How the parts of a line are written. */
export interface RowFormat {
  name(name: ByteString): ByteString;
  time(row: StatRow): string;
  size(row: StatRow): string;
}

const exactSize = ({ size }: StatRow): string => String(size).padStart(SIZE_WIDTH);

/** Printable names, and no times that the record does not say. */
const READABLE: RowFormat = { name: safeBytes, time: knownTime, size: exactSize };

/** Like it, with sizes for people. */
export const HUMAN: RowFormat = { ...READABLE, size: ({ size }) => formatBytes(size).padStart(HUMAN_WIDTH) };

/** A row as a line: type, size, mtime, tab, path; for symlinks and submodules an arrow and the target. */
export function statRowLine(row: StatRow, { name, time, size }: RowFormat = READABLE): ByteString {
  const { mode, symlink, gitlink } = row;
  const line = `${LETTERS[mode]} ${size(row)} ${time(row)}\t${name(listedPath(row))}`;
  if (mode === '120000') return `${line}\t -> ${name(symlink)}`;
  return mode === '160000' ? `${line}\t -> ${gitlink}` : line;
}

/** The mtime, where the record says it. */
function knownTime({ mtime, hasMtime }: StatRow): string {
  const text = rfc3339(mtime);
  return hasMtime ? text : '-'.padEnd(text.length);
}

const EXACT: RowFormat = { name: (name) => name, time: ({ mtime }) => rfc3339(mtime), size: exactSize };

/** A row for programs, as the reference writes it: names as they are, and 1970 where the record does not say the mtime. */
export function exactRowLine(row: StatRow): ByteString {
  return statRowLine(row, EXACT);
}

/** The members of the JSON object of a name, without the braces. */
function nameMembers(key: string, name: ByteString): string {
  return jsonText(jsonPath(key, name)).slice(1, -1);
}

function sumMembers(sums: Sums | null): string {
  return sums === null ? '"sha1":null,"sha256":null' : `"sha1":${jsonText(sums.sha1)},"sha256":${jsonText(sums.sha256)}`;
}

/**
 * A row as a JSON object in one line; the toplevel has the further fields of its record under their own
 * names. It is put together by hand: a generic writer takes three times as long, and rows come in millions.
 * @param sums checksums that belong to this state of a file; null where none are known
 */
export function statRowJson(row: StatRow, sums: Sums | null): string {
  const { path, mode, mtime, size, dirs, files, links, others, symlink, gitlink, toplevel } = row;
  const numbers = `"mtime":${mtime},"size":${size},"dirs":${dirs},"files":${files},"links":${links},"others":${others}`;
  const more = [...(toplevel ?? [])].filter(([key]) => TOPLEVEL_FIELD.test(key)).map(([key, value]) => `,"${key}":${jsonText(value)}`);
  const target = symlink === '' ? '"symlink":""' : nameMembers('symlink', symlink);
  return `{${nameMembers('path', path)},"mode":"${mode}",${numbers},${target},"gitlink":"${gitlink}",${sumMembers(sums)}${more.join('')}}`;
}
