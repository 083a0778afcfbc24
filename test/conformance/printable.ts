import type { ByteString } from '../../src/util/byte-string.js';
import { textOfBytes } from '../../src/util/byte-string.js';

// A well-formed UTF-8 sequence beyond ASCII (RFC 3629, section 4), else any single byte.
const SEQUENCE = new RegExp(
  [
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '[^]',
  ].join('|'),
  'g',
);
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** Bytes as the goldens show file content and output: control characters and invalid UTF-8 as `\xNN`. */
export function printable(bytes: ByteString): string {
  return bytes.replace(SEQUENCE, (unit) => {
    if (unit.length > 1) return textOfBytes(unit);
    return unit >= ' ' && unit <= '~' ? unit : hexEscape(unit);
  });
}

/** Bytes as the goldens show names: in double quotes, with escapes, where they are not plain text. */
export function printableName(bytes: ByteString): string {
  const escaped = bytes.replace(SEQUENCE, (unit) => SHORT[unit] ?? printable(unit));
  const special = escaped !== textOfBytes(bytes) || /^ | $/.test(bytes);
  return special ? `"${escaped}"` : escaped;
}

function hexEscape(unit: ByteString): string {
  return `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
