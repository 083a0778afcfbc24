import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';

/** A `key = value` of a Git config file, with the place where it stands. */
export interface ConfigEntry {
  /** As `normalKey` gives it. */
  readonly key: string;
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

export interface ParsedConfig {
  readonly entries: readonly ConfigEntry[];
  readonly sections: readonly ConfigSection[];
}

const HEADER = /\[([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
const NAME = /([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|(?=\r?\n|$))/y;
const BETWEEN = /(?:[ \t\r\n\v\f]+|[#;][^\n]*)*/y;
const LINE_REST = /[^\n]*\n?/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"' };

/** `Section.Sub.KEY` → `section.Sub.key`: only the subsection depends on case (git-config(1)). */
export function normalKey(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

/**
 * Parses the text of a config file (git-config(1), "Syntax"). Includes are not followed.
 * @throws FsoError that gives the line; the caller knows the file.
 */
export function parseConfig(text: ByteString): ParsedConfig {
  const entries: ConfigEntry[] = [];
  const sections: ConfigSection[] = [];
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  for (;;) {
    at = behind(BETWEEN, text, at);
    if (at === text.length) return { entries, sections };
    const section = sections.at(-1);
    const header = matchAt(HEADER, text, at);
    if (header !== null) {
      // Several headers may stand on one line; what is added to the first must come before the second.
      if (section !== undefined) section.end = Math.min(section.end, at);
      const from = at + header[0].length;
      sections.push({ name: sectionName(header), end: behind(LINE_REST, text, from) });
      at = from;
      continue;
    }
    const name = matchAt(NAME, text, at);
    if (name === null || section === undefined) throw malformed(text, at);
    const value = name[2] === '=' ? parseValue(text, at + name[0].length) : { value: 'true', end: at + (name[1] ?? '').length };
    entries.push({ key: normalKey(`${section.name}.${name[1] ?? ''}`), value: value.value, start: at, end: value.end });
    at = behind(LINE_REST, text, value.end);
    section.end = at;
  }
}

/** The text with the value of `key` changed where it stands last, or added; all else stays as it is. */
export function changeConfig(text: ByteString, key: string, value: ByteString): ByteString {
  const { entries, sections } = parseConfig(text);
  const wanted = normalKey(key);
  const dot = wanted.lastIndexOf('.');
  const assignment = `${wanted.slice(dot + 1)} = ${quoteValue(value)}`;
  const entry = entries.findLast((one) => one.key === wanted);
  if (entry !== undefined) return text.slice(0, entry.start) + assignment + text.slice(entry.end);
  const section = sections.findLast((one) => one.name === wanted.slice(0, dot));
  const at = section?.end ?? text.length;
  const newLine = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  const header = section === undefined ? `${headerOf(wanted.slice(0, dot))}\n` : '';
  return `${text.slice(0, at)}${newLine}${header}\t${assignment}\n${text.slice(at)}`;
}

function parseValue(text: ByteString, from: number): { value: ByteString; end: number } {
  let value = '';
  let blanks = '';
  let isQuoted = false;
  let end = from;
  for (let at = from; ; at++) {
    if (text.startsWith('\r\n', at)) at++;
    const char = text[at];
    if (char === undefined || char === '\n') {
      if (isQuoted) throw malformed(text, from);
      return { value, end };
    }
    if (!isQuoted && (char === '#' || char === ';')) return { value, end };
    if (!isQuoted && /\s/.test(char)) {
      if (value !== '' || end > from) blanks += char;
      continue;
    }
    value += blanks;
    blanks = '';
    if (char === '"') isQuoted = !isQuoted;
    else if (char !== '\\') value += char;
    else {
      at += text.startsWith('\r\n', at + 1) ? 2 : 1;
      const escaped = text[at] ?? '';
      const meaning = escaped === '\n' ? '' : ESCAPES[escaped];
      if (meaning === undefined) throw malformed(text, at);
      value += meaning;
    }
    end = at + 1;
  }
}

function quoteValue(value: ByteString): string {
  const escaped = value.replace(/[\\"\n\t\b]/g, (char) =>
    `\\${{ '\n': 'n', '\t': 't', '\b': 'b' }[char] ?? char}`);
  return value === '' || /^\s|\s$|[#;\r\v\f]| {2}/.test(value) ? `"${escaped}"` : escaped;
}

function sectionName(header: RegExpExecArray): string {
  const section = (header[1] ?? '').toLowerCase();
  return header[2] === undefined ? section : `${section}.${header[2].replace(/\\(.)/gs, '$1')}`;
}

function headerOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? `[${name}]` : `[${name.slice(0, dot)} "${name.slice(dot + 1).replace(/["\\]/g, '\\$&')}"]`;
}

function malformed(text: ByteString, at: number): FsoError {
  return new FsoError(`line ${text.slice(0, at).split('\n').length} is not Git config syntax`);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function behind(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}
