import { FsoError, UsageError } from '../util/errors.js';
import type { JsonValue, Metadata } from './metadata-json.js';
import { compactJson, parseJson, sortedByKey } from './metadata-json.js';

// What Go's strings.TrimSpace takes off, which the first readers of these records used. JavaScript's trim() differs.
const WHITE_SPACE = String.raw`[\t-\r \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACE_AT_START = new RegExp(`^${WHITE_SPACE}+`);
const SPACE_AT_END = new RegExp(`${WHITE_SPACE}$`);

/**
 * The record of metadata: one line `key: value` for each key, sorted by UTF-8 bytes, values as
 * compact JSON; empty for metadata without keys.
 * @throws UsageError for a key that could not be read back because it has a colon or a newline
 */
export function encodeMetadata(metadata: Metadata): string {
  for (const key of metadata.keys()) {
    if (/[:\n]/.test(key)) throw new UsageError(`the key ${JSON.stringify(key)} contains a colon or a newline`);
  }
  return sortedByKey(metadata).map(([key, value]) => `${key.toWellFormed()}: ${compactJson(value)}\n`).join('');
}

/**
 * Reads a record of metadata. White space around the whole is dropped, of duplicate keys the last
 * one wins.
 * @throws FsoError that gives the number of the line that has no colon, or no JSON behind it
 */
export function decodeMetadata(body: Buffer): Metadata {
  const text = body.toString('utf8');
  const space = SPACE_AT_START.exec(text)?.[0] ?? '';
  const skippedLines = space.split('\n').length - 1;
  const trimmed = withoutSpaceAtEnd(text.slice(space.length));
  const metadata = new Map<string, JsonValue>();
  if (trimmed === '') return metadata;
  for (const [index, line] of trimmed.split('\n').entries()) {
    const colon = line.indexOf(':');
    if (colon < 0) throw new FsoError(`line ${skippedLines + index + 1}: no colon`);
    metadata.set(line.slice(0, colon), valueOf(line.slice(colon + 1), skippedLines + index + 1));
  }
  return metadata;
}

/** A regular expression for this takes quadratic time on long runs of white space inside the text. */
function withoutSpaceAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE_AT_END.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function valueOf(json: string, line: number): JsonValue {
  try {
    return parseJson(json);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new FsoError(`line ${line}: ${error.message}`, { cause: error });
  }
}
