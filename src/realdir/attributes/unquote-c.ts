import type { ByteString } from '../../util/byte-string.js';

const QUOTED = /^"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7][0-7]))*)"/;
const ESCAPE = /\\([0-3][0-7][0-7]|.)/g;
const ESCAPED: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Reads the string in double quotes at the start of `text`, with C escapes as Git writes them in
 * file names. Returns its bytes and the index behind the closing quote; null if it is not well-formed.
 */
export function unquoteC(text: ByteString): { text: ByteString; end: number } | null {
  const match = QUOTED.exec(text);
  if (match === null) return null;
  const unescape = (_: string, char: string) => {
    return char.length === 3 ? String.fromCharCode(Number.parseInt(char, 8)) : ESCAPED[char] ?? char;
  };
  return { text: match[1]!.replace(ESCAPE, unescape), end: match[0].length };
}
