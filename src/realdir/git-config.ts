import type { ByteString } from '../util/byte-string.js';

const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\' };

// The parts of git-config(1), Syntax, each matched where the one before ended.
const BLANK = /(?:[ \t\r\n]+|[#;][^\n]*)*/y;
const SECTION = /\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
const KEY = /([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|(?=\r?\n|$))/y;

/** Reads one value from `start`; null if it is malformed. */
function readValue(text: ByteString, start: number): { value: ByteString; end: number } | null {
  let value = '';
  let trimmed = 0;
  let quoted = false;
  for (let at = start; ; at += 1) {
    const char = text[at];
    if (char === undefined || char === '\n') {
      return quoted ? null : { value: value.slice(0, trimmed), end: at };
    }
    if (char === '\\') {
      at += text.startsWith('\r\n', at + 1) ? 2 : 1;
      const next = text[at];
      const escaped = next === '\n' ? '' : ESCAPES[next ?? ''];
      if (escaped === undefined) return null;
      value += escaped;
      trimmed = value.length;
    } else if (char === '"') {
      quoted = !quoted;
      trimmed = value.length;
    } else if (!quoted && (char === '#' || char === ';')) {
      const end = text.indexOf('\n', at);
      return { value: value.slice(0, trimmed), end: end < 0 ? text.length : end };
    } else if (quoted || !/[ \t\r]/.test(char)) {
      value += char;
      trimmed = value.length;
    } else if (value !== '') {
      value += char;
    }
  }
}

/**
 * Reads a Git configuration file: git-config(1), Syntax. Returns the last value of each variable
 * by its full name, section and variable in lower case (`core.bare`, `branch.Topic.remote`); a
 * variable without a value is `true`. Files that are included are not read. Returns null if the
 * file is malformed, in which case Git refuses the repository.
 */
export function parseGitConfig(bytes: Buffer): ReadonlyMap<ByteString, ByteString> | null {
  const text = bytes.toString('latin1');
  const variables = new Map<ByteString, ByteString>();
  let at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let prefix = '';

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };

  for (;;) {
    match(BLANK);
    if (at >= text.length) return variables;
    const header = match(SECTION);
    if (header !== null) {
      const name = (header[1] ?? '').toLowerCase();
      prefix = header[2] === undefined ? `${name}.` : `${name}.${header[2].replace(/\\(.)/g, '$1')}.`;
      continue;
    }
    const key = match(KEY);
    if (key === null) return null;
    const variable = prefix + (key[1] ?? '').toLowerCase();
    if (key[2] !== '=') {
      variables.set(variable, 'true');
      continue;
    }
    const read = readValue(text, at);
    if (read === null) return null;
    variables.set(variable, read.value);
    at = read.end;
  }
}
