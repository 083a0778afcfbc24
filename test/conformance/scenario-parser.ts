import type { ByteString } from '../../src/util/byte-string.js';

/** One line of a scenario. All strings are byte strings, so that names need not be UTF-8. */
export interface Step {
  readonly lineNumber: number;
  readonly verb: string;
  readonly args: readonly ByteString[];
  /** The line without its verb, quotes and escapes left as they are. */
  readonly rest: ByteString;
  /** The lines marked with `| ` below the step, each with its newline; null without such lines. */
  readonly block: ByteString | null;
}

export interface Scenario {
  readonly title: string;
  readonly tags: readonly string[];
  readonly steps: readonly Step[];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const WORD = /"((?:[^"\\]|\\.)*)"|([^ \t]+)/y;
const BLANKS = /[ \t]*/y;

/** Parses the text of a scenario file; throws with the line number where it is malformed. */
export function parseScenario(text: ByteString): Scenario {
  const steps: Step[] = [];
  const tags: string[] = [];
  let title = '';
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || line.startsWith('#')) continue;
    const lineNumber = at + 1;
    const [verb = '', ...args] = splitWords(line, lineNumber);
    const rest = line.trimStart().slice(verb.length).trimStart();
    const block: string[] = [];
    while (lines[at + 1]?.startsWith('|')) block.push(`${(lines[++at] ?? '').replace(/^\| ?/, '')}\n`);
    if (verb === 'title') title = rest;
    else if (verb === 'tags') tags.push(...args);
    else steps.push({ lineNumber, verb, args, rest, block: block.length > 0 ? block.join('') : null });
  }
  return { title, tags, steps };
}

function splitWords(line: ByteString, lineNumber: number): ByteString[] {
  const words: ByteString[] = [];
  for (let at = skipBlanks(line, 0); at < line.length; at = skipBlanks(line, at)) {
    WORD.lastIndex = at;
    const match = WORD.exec(line);
    const [, quoted, plain] = match ?? [];
    if (match === null || plain?.startsWith('"')) throw new Error(`line ${lineNumber}: unterminated quote`);
    if (plain?.startsWith('|')) throw new Error(`line ${lineNumber}: block without a step`);
    words.push(plain ?? unescape(quoted ?? ''));
    at = WORD.lastIndex;
  }
  return words;
}

function skipBlanks(line: ByteString, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(line);
  return BLANKS.lastIndex;
}

function unescape(quoted: ByteString): ByteString {
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_all, hex?: string, character?: string) =>
    hex === undefined ? (ESCAPES[character ?? ''] ?? character ?? '') : String.fromCharCode(Number.parseInt(hex, 16)));
}
