import type { ByteString } from '../byte-string.js';
import { textOfBytes } from '../byte-string.js';
import { NOT_UTF8, UNSAFE_CHARACTERS } from './safe-text.js';

const PLAIN = /^[\w@%+=:,./-]+$/;
const UNPRINTABLE = new RegExp(`[${UNSAFE_CHARACTERS}${NOT_UTF8}]`, 'u');

/** A path as one word for sh; what is not printable text is written byte by byte, for bash and zsh. */
export function shellWord(path: ByteString): string {
  const text = textOfBytes(path);
  if (PLAIN.test(text)) return text;
  if (!UNPRINTABLE.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = Array.from(path, (byte) => {
    if (byte === "'" || byte === '\\') return `\\${byte}`;
    const code = byte.charCodeAt(0);
    return code >= 0x20 && code < 0x7f ? byte : `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}
