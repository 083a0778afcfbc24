import type { ByteString } from '../byte-string.js';
import { bytesOfText, textOfBytes } from '../byte-string.js';

/**
 * What names and messages must not have on a terminal, in the syntax of a character class: control characters (C0, DEL,
 * C1), separators of lines and paragraphs, and marks, embeddings, overrides and isolates that change the direction of writing.
 */
export const UNSAFE_CHARACTERS = String.raw`\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069`;

/** Bytes that are not UTF-8, as `textOfBytes` has them in text; for regular expressions with the flag `u`. */
export const NOT_UTF8 = String.raw`\udc80-\udcff`;

const UNSAFE = new RegExp(`[${UNSAFE_CHARACTERS}${NOT_UTF8}]`, 'gu');
const UNSAFE_BUT_LAYOUT = new RegExp(String.raw`(?![\n\t])[${UNSAFE_CHARACTERS}${NOT_UTF8}]`, 'gu');
const PLAIN = /^[\x20-\x7e]*$/;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xdc80 && code <= 0xdcff) return byteEscape(code - 0xdc00);
  return code < 0x80 ? byteEscape(code) : `\\u${code.toString(16).padStart(4, '0')}`;
}

function byteEscape(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

/**
 * Text as part of a line: what is unsafe is shown as escapes, so that the name of a file cannot talk to the terminal, nor
 * make lines of its own.
 */
export function safeText(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** Like `safeText`, for text that is laid out already: its newlines and tabs stay. */
export function safeLayout(text: string): string {
  return text.replace(UNSAFE_BUT_LAYOUT, escaped);
}

/** A path as part of a line; bytes that are not UTF-8 are shown as escapes, too. */
export function safePath(path: ByteString): string {
  return safeText(textOfBytes(path));
}

/** The bytes of `safePath`. */
export function safeBytes(path: ByteString): ByteString {
  return PLAIN.test(path) ? path : bytesOfText(safePath(path));
}
