/** What `jsonText` can write. */
export type JsonField = null | boolean | number | bigint | string | readonly JsonField[] | { readonly [key: string]: JsonField };

// The last ones change the direction of writing on a terminal.
const UNSAFE = /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** JSON in which the characters that a terminal would obey are escaped; it means the same. */
export function terminalJson(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A value as JSON in one line. Numbers that a double cannot hold keep all their digits; characters
 * that a terminal would obey are escaped.
 */
export function jsonText(value: JsonField): string {
  if (typeof value === 'bigint') return String(value);
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return terminalJson(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const members = Object.entries(value).map(([key, field]) => `${terminalJson(JSON.stringify(key))}:${jsonText(field)}`);
  return `{${members.join(',')}}`;
}
