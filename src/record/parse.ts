import { parse as parseYaml } from 'yaml';

/** A record's fields; numbers that a double cannot hold exactly are bigints. */
export type RecordFields = ReadonlyMap<string, string | number | bigint>;

const LINE = /^([A-Za-z_][\w-]*): (?:(-?\d+)|("(?:[^"\\]|\\.)*"))$/;

function integer(digits: string): number | bigint {
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
      fields.set(match[1], match[2] === undefined ? (JSON.parse(match[3] ?? '""') as string) : integer(match[2]));
    } catch {
      return null;
    }
  }
  return fields;
}

/**
 * The fields of a record. Records that git-fso wrote are read line by line; any other YAML mapping,
 * as an administrator might have written it, goes through a YAML parser. Values that are neither
 * strings nor integers are left out. Returns null if the text is not a YAML mapping.
 */
export function parseRecord(body: Buffer): RecordFields | null {
  const text = body.toString('utf8');
  const fields = parseLines(text);
  if (fields !== null) return fields;
  let value: unknown;
  try {
    value = parseYaml(text, { intAsBigInt: true, maxAliasCount: 0, logLevel: 'silent' });
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const result = new Map<string, string | number | bigint>();
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'bigint') result.set(key, integer(field.toString()));
    else if (typeof field === 'string' || typeof field === 'number') result.set(key, field);
  }
  return result;
}

/** True for the record of a whole tree, of a nogbundle or submodule, on `master-stat` or `master-sha`. */
export function isTreeRecord(fields: RecordFields): boolean {
  return fields.has('dirs') || fields.has('submodule') || (fields.size === 1 && fields.has('name'));
}
