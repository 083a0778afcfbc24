import type { ByteString } from '../../util/byte-string.js';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/**
 * A line as sha256sum(1) writes it, without what ends it. Names with a backslash, a newline or a carriage return are escaped, which a
 * backslash at the beginning tells.
 * @param sum in hexadecimal
 */
export function checksumLine(sum: string, name: ByteString): ByteString {
  const escaped = name.replace(/[\\\n\r]/g, (character) => ESCAPES[character] ?? '');
  return `${escaped === name ? '' : '\\'}${plainLine(sum, escaped)}`;
}

/** Like `checksumLine` with `-z`, which ends lines with NUL: nothing needs to be escaped. */
export function plainLine(sum: string, name: ByteString): ByteString {
  // A plain hyphen would be standard input.
  return `${sum}  ${name === '-' ? './-' : name}`;
}
