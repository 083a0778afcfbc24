import { isUtf8 } from 'node:buffer';
import { utf8Width } from './text/character-width.js';

/**
 * Names in a filesystem are bytes, not text. Inside git-fso they are *byte strings*: JavaScript
 * strings in which each character stands for one byte (latin1). That is lossless, comparing two
 * of them with `<` is comparing bytes, and V8 stores them in one byte a character.
 */
export type ByteString = string;

const REPLACEMENT = '\ufffd';
/** As in Python's "surrogateescape" (PEP 383). */
const ESCAPE = 0xdc00;
const ESCAPED = /([\udc80-\udcff])/u;
// eslint-disable-next-line no-control-regex
const NON_ASCII = /[^\x00-\x7f]/;

/** True if all bytes are below 0x80, so that the byte string and the text are the same. */
export function isAscii(bytes: ByteString): boolean {
  return !NON_ASCII.test(bytes);
}

/** The bytes that a text stands for: those of UTF-8, and those that `textOfBytes` has made lone surrogates. */
export function bytesOfText(text: string): ByteString {
  if (isAscii(text)) return text;
  if (!ESCAPED.test(text)) return Buffer.from(text, 'utf8').toString('latin1');
  return text.split(ESCAPED).map((part, index) => {
    return index % 2 === 0 ? bytesOfText(part) : String.fromCharCode(part.charCodeAt(0) - ESCAPE);
  }).join('');
}

/**
 * The text that the bytes mean as UTF-8. A byte that is no part of UTF-8 becomes the lone surrogate U+DC00 + byte, which no
 * valid text contains, so that `bytesOfText` gives the same bytes again, whatever parts the text was cut into meanwhile.
 */
export function textOfBytes(bytes: ByteString): string {
  if (isAscii(bytes)) return bytes;
  const text = plainTextOfBytes(bytes);
  return text.includes(REPLACEMENT) ? textWithEscapes(bytes) : text;
}

function textWithEscapes(bytes: ByteString): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const width = utf8Width(bytes, at);
    const code = bytes.charCodeAt(at);
    text += width === 1 && code >= 0x80 ? String.fromCharCode(ESCAPE + code) : plainTextOfBytes(bytes.slice(at, at + width));
    at += width;
  }
  return text;
}

/** Well-formed text for records and JSON: what is no UTF-8 is U+FFFD, and lost. */
export function plainTextOfBytes(bytes: ByteString): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** True for bytes that are text. */
export function isTextInUtf8(bytes: ByteString): boolean {
  return isAscii(bytes) || isUtf8(Buffer.from(bytes, 'latin1'));
}

/** The path in the form that Node's fs functions take without changing a byte. */
export function fsPath(bytes: ByteString): string | Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1');
}

/** Joins a directory and a name; the empty directory stands for "here". */
export function joinPath(dir: ByteString, name: ByteString): ByteString {
  if (dir === '') return name;
  return dir.endsWith('/') ? dir + name : `${dir}/${name}`;
}

/** An absolute path without `.`, `..` and superfluous slashes; links are not looked at. */
export function normalPath(path: ByteString): ByteString {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The directory of a path; `.` for a plain name. */
export function directoryOf(path: ByteString): ByteString {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

/** The last name of a path. */
export function baseOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True if `path` is `ancestor` or below it; both absolute and normalised. */
export function isAtOrBelow(path: ByteString, ancestor: ByteString): boolean {
  return path === ancestor || ancestor === '/' || path.startsWith(`${ancestor}/`);
}
