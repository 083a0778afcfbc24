import { UNSAFE_CHARACTERS } from '../../util/text/safe-text.js';

/** What `jsonText` can write. */
export type JsonField = null | boolean | number | bigint | string | readonly JsonField[] | { readonly [key: string]: JsonField };

const UNSAFE = new RegExp(`[${UNSAFE_CHARACTERS}]`, 'g');

/** JSON in one line in which the characters that a terminal would obey are escaped; it means the same. */
export function terminalJson(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A line of output for programs, from what JSON.stringify takes. Many readers of JSON refuse what stands for bytes that are not UTF-8. */
export function jsonLine(value: unknown): string {
  return `${terminalJson(JSON.stringify(value, (_key, field: unknown) => (typeof field === 'string' ? field.toWellFormed() : field)))}\n`;
}

/**
 * A value as JSON in one line. Numbers that a double cannot hold keep all their digits; characters
 * that a terminal would obey are escaped.
 */
export function jsonText(value: JsonField): string {
  if (typeof value === 'bigint') return String(value);
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'string') return terminalJson(JSON.stringify(value.toWellFormed()));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const members = Object.entries(value).map(([key, field]) => `${terminalJson(JSON.stringify(key))}:${jsonText(field)}`);
  return `{${members.join(',')}}`;
}
