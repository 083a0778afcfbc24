/** A record's fields; numbers that a double cannot hold exactly are bigints. */
export type RecordFields = ReadonlyMap<string, string | number | bigint>;

/** The longest record that git-fso writes has a name of 255 control characters, each escaped. In bytes. */
export const MAX_RECORD_BYTES = 16 * 1024;

const LINE = /^([A-Za-z_][\w-]*): (?:(-?\d+)|("(?:[^"\\]|\\.)*"))$/;

/** The number; as a bigint if a double cannot hold it exactly. */
export function recordInteger(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

function parseLines(text: string): Map<string, string | number | bigint> | null {
  const fields = new Map<string, string | number | bigint>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const match = LINE.exec(line);
    if (match?.[1] === undefined) return null;
    try {
      fields.set(match[1], match[2] === undefined ? (JSON.parse(match[3] ?? '""') as string) : recordInteger(match[2]));
    } catch {
      return null;
    }
  }
  return fields;
}

/**
 * The fields of a record that git-fso wrote: lines with a key and an integer or a JSON string. Null
 * for any other text, such as a record that somebody has edited in other ways of YAML, or that is
 * longer than records are.
 */
export function parseRecord(body: Buffer): RecordFields | null {
  return body.length > MAX_RECORD_BYTES ? null : parseLines(body.toString('utf8'));
}

/** True for the record of a whole tree, of a nogbundle or submodule, on `master-stat` or `master-sha`. */
export function isTreeRecord(fields: RecordFields): boolean {
  return fields.has('dirs') || fields.has('submodule') || (fields.size === 1 && fields.has('name'));
}
