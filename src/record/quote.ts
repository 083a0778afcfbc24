import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, isAscii, plainTextOfBytes } from '../util/byte-string.js';

// eslint-disable-next-line no-control-regex
const SPECIAL = /["\\\x00-\x1f\x7f]/;
// eslint-disable-next-line no-control-regex
const SPECIALS = /["\\\x00-\x1f\x7f]/g;

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeCharacter(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A name as the JSON string that stands in a record, as bytes of UTF-8. Only the quote, the
 * backslash, control characters and DEL are escaped; bytes that are not UTF-8 become U+FFFD.
 */
export function quoteName(name: ByteString): ByteString {
  const wellFormed = isAscii(name) ? name : bytesOfText(plainTextOfBytes(name));
  return SPECIAL.test(wellFormed) ? `"${wellFormed.replace(SPECIALS, escapeCharacter)}"` : `"${wellFormed}"`;
}
