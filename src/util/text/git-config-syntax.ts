import type { ByteString } from '../byte-string.js';
import { FsoError } from '../errors.js';

/** A `key = value` of a Git config file, with the place where it stands. */
export interface ConfigEntry {
  /** As `normalKey` gives it; without a dot if it stands before all sections. */
  readonly key: string;
  /** `true` for a key without `=`. */
  readonly value: ByteString;
  /** From the first character of the name up to behind the last one of the value. */
  readonly start: number;
  readonly end: number;
}

/** A section under one header. */
export interface ConfigSection {
  /** `section` or `section.subsection`. */
  readonly name: string;
  /** Where an entry can be added: behind the line of the last entry, or of the header. */
  end: number;
}

/** What a Git config file says, in its order. */
export interface ParsedConfig {
  readonly entries: readonly ConfigEntry[];
  readonly sections: readonly ConfigSection[];
}

const BYTE_ORDER_MARK: ByteString = '\xef\xbb\xbf';
const HEADER = /\[([A-Za-z0-9.-]+)(?:[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
const NAME = /([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|(?=\r?\n|$))/y;
/** What most values are: one word without anything that means something else. */
const WORD = /[ \t]*([^\s\0"\\#;]+)(?=\n|$)/y;
const BLANKS = /[ \t\r\n]*/y;
const BLANK = /[ \t\r]/;
const COMMENT = /[#;][^\n]*/y;
const LINE_REST = /[^\n]*\n?/y;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '', n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"' };

/** `Section.Sub.KEY` → `section.Sub.key`: only the subsection depends on case (git-config(1)). */
export function normalKey(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

/**
 * Parses the text of a Git config file (git-config(1), "Syntax"). Includes are not followed.
 * @throws FsoError that gives the line; the caller knows the file.
 */
export function parseGitConfig(text: ByteString): ParsedConfig {
  const entries: ConfigEntry[] = [];
  const sections: ConfigSection[] = [];
  let lineEnd = 0;
  let at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (;;) {
    at = behindBlanks(text, at);
    if (at === text.length) return { entries, sections };
    const section = sections.at(-1);
    const header = matchAt(HEADER, text, at);
    if (header !== null) {
      // Several headers may stand on one line; what is added to the first must come before the second.
      if (section !== undefined) section.end = Math.min(section.end, at);
      at += header[0].length;
      if (at >= lineEnd) lineEnd = behind(LINE_REST, text, at);
      sections.push({ name: sectionName(header), end: lineEnd });
      continue;
    }
    const name = matchAt(NAME, text, at);
    if (name === null) throw malformed(text, at);
    const key = section === undefined ? name[1]!.toLowerCase() : normalKey(`${section.name}.${name[1]}`);
    const { value, end } = name[2] === '=' ? parseValue(text, at + name[0].length) : { value: 'true', end: at + name[1]!.length };
    entries.push({ key, value, start: at, end });
    at = behind(LINE_REST, text, end);
    if (section !== undefined) section.end = at;
  }
}

function parseValue(text: ByteString, from: number): { value: ByteString; end: number } {
  const word = matchAt(WORD, text, from);
  if (word !== null) return { value: word[1]!, end: from + word[0].length };
  let value = '';
  /** How much of the value is followed by something that is no blank. */
  let length = 0;
  let isQuoted = false;
  let end = from;
  for (let at = from; ; at++) {
    if (text.startsWith('\r\n', at)) at++;
    const char = text[at];
    if (char === undefined || char === '\n' || (!isQuoted && (char === '#' || char === ';'))) break;
    if (!isQuoted && BLANK.test(char)) {
      if (value !== '') value += char;
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    else if (char !== '\\') value += char;
    else {
      at += text.startsWith('\r\n', at + 1) ? 2 : 1;
      const meaning = ESCAPES[text[at] ?? '\n'];
      if (meaning === undefined) throw malformed(text, at);
      value += meaning;
    }
    length = value.length;
    end = Math.min(at + 1, text.length);
  }
  if (isQuoted) throw malformed(text, from);
  // For Git, which keeps values as strings of C, a NUL ends them.
  return { value: value.slice(0, length).split('\0', 1)[0]!, end };
}

function sectionName(header: RegExpExecArray): string {
  const section = header[1]!.toLowerCase();
  return header[2] === undefined ? section : `${section}.${header[2].replace(/\\(.)/gs, '$1')}`;
}

function malformed(text: ByteString, at: number): FsoError {
  return new FsoError(`line ${text.slice(0, at).split('\n').length} is not Git config syntax`);
}

/** The end of blanks, newlines and comments. */
function behindBlanks(text: ByteString, start: number): number {
  for (let at = behind(BLANKS, text, start); ;) {
    const comment = matchAt(COMMENT, text, at);
    if (comment === null) return at;
    at = behind(BLANKS, text, at + comment[0].length);
  }
}

function matchAt(pattern: RegExp, text: ByteString, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function behind(pattern: RegExp, text: ByteString, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}
