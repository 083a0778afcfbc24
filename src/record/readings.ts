import type { ByteString } from '../util/byte-string.js';
import { bytesOfText } from '../util/byte-string.js';
import { jsonPath } from '../util/text/json-path.js';

/** Name of the toplevel file on `master-verify` that says what was read. */
export const NOGREADINGS = '.nogreadings';

/** Recorded files that were read one after the other, in Git's order of paths, which is that of their bytes. */
export interface ReadRange {
  /** The least path that is in it: `successorOf` the last one that was read before. */
  readonly from: ByteString;
  /** The least path that is not in it any more, mostly `successorOf` the last one; null if it reaches to the end. */
  readonly until: ByteString | null;
  /** When the reading began and ended, in seconds since the epoch. */
  readonly begin: number;
  readonly end: number;
  /** What was read and is right. */
  readonly files: number;
  readonly bytes: number;
}

/** What was read of a repo. */
export interface Readings {
  /** When the round began in which the repo is, or the last one; seconds since the epoch, null if there was none. */
  readonly round: number | null;
  /** The least path that is still to be read in the round; null if it is over. */
  readonly next: ByteString | null;
  /** In the order in which they were read. */
  readonly ranges: readonly ReadRange[];
}

export const NO_READINGS: Readings = { round: null, next: null, ranges: [] };

/** No name has a NUL, so this character makes the least path that comes after another one. */
const LEAST = '\x01';

/** The least path that comes after another one. */
export function successorOf(path: ByteString): ByteString {
  return path + LEAST;
}

/** A bound as fields: the path that it is the successor of, under one key, or itself under the other. */
function boundFields(bound: ByteString, keyOfPath: string, keyOfBound: string): Record<string, string> {
  return bound.endsWith(LEAST) ? jsonPath(keyOfPath, bound.slice(0, -LEAST.length)) : jsonPath(keyOfBound, bound);
}

function lineOf({ from, until, begin, end, files, bytes }: ReadRange, above: ReadRange | undefined): string {
  const lower = above?.until === from ? {} : boundFields(from, 'after', 'from');
  const upper = until === null ? {} : boundFields(until, 'to', 'before');
  return `- ${JSON.stringify({ ...lower, ...upper, begin, end, files, bytes })}\n`;
}

/**
 * The text of `.nogreadings`: YAML, a range a line, as JSON. `from` and `to` are the first and the last path of a range; `after` and
 * `before` are not in it. Without a beginning a range follows the one in the line above, without an end it reaches to the last path of all.
 * `after` or `from` in the head is where the round goes on.
 */
export function formatReadings({ round, next, ranges }: Readings): string {
  const head = round === null ? '' : `round: ${round}\n`;
  const fields = Object.entries(next === null ? {} : boundFields(next, 'after', 'from'));
  const position = fields.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join('');
  return `${head}${position}readings:\n${ranges.map((range, index) => lineOf(range, ranges[index - 1])).join('')}`;
}

type Fields = Readonly<Record<string, unknown>>;

function pathIn(fields: Fields, key: string): ByteString | null {
  const [text, bytes] = [fields[key], fields[`${key}Bytes`]];
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64').toString('latin1');
  return typeof text === 'string' ? bytesOfText(text) : null;
}

function boundIn(fields: Fields, keyOfPath: string, keyOfBound: string): ByteString | null {
  const path = pathIn(fields, keyOfPath);
  return path === null ? pathIn(fields, keyOfBound) : successorOf(path);
}

/** @throws TypeError, SyntaxError if it is none */
function rangeOf(line: string, above: ReadRange | undefined): ReadRange {
  const fields = JSON.parse(line) as Fields;
  const number = (key: string): number => {
    const value = fields[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new TypeError(`${key} is no number`);
    return value;
  };
  const from = boundIn(fields, 'after', 'from') ?? above?.until ?? null;
  if (from === null) throw new TypeError('the range has no beginning');
  const until = boundIn(fields, 'to', 'before');
  return { from, until, begin: number('begin'), end: number('end'), files: number('files'), bytes: number('bytes') };
}

/** Reads `.nogreadings`; null if it is damaged. */
export function parseReadings(body: Buffer): Readings | null {
  const ranges: ReadRange[] = [];
  const head: Record<string, unknown> = {};
  try {
    for (const line of body.toString('utf8').split('\n')) {
      const [, key = '', value = ''] = /^(\w+): (.+)$/.exec(line) ?? [];
      if (line.startsWith('- ')) ranges.push(rangeOf(line.slice(2), ranges.at(-1)));
      else if (key !== '') head[key] = JSON.parse(value);
      else if (line !== 'readings:' && line !== '') return null;
    }
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
  const { round = null } = head;
  if (round !== null && !Number.isSafeInteger(round)) return null;
  return { round: round as number | null, next: boundIn(head, 'after', 'from'), ranges };
}
