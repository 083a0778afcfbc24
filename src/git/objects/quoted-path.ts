import type { ByteString } from '../../util/byte-string.js';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"',
};

/** A path that Git may have put in double quotes, C style (git-config(1), `core.quotePath`), as its bytes. */
export function unquotePath(text: ByteString): ByteString {
  if (!/^".*"$/s.test(text)) return text;
  return text.slice(1, -1).replace(/\\([0-3][0-7]{2}|.)/gs, (whole, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? whole));
}
