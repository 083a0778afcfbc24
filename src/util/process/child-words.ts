import { bytesOfText } from '../byte-string.js';
import { NOT_UTF8 } from '../text/safe-text.js';

const HAS_BYTES = new RegExp(`[${NOT_UTF8}]`, 'u');

/** What `spawn` takes. */
export interface ChildWords {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Each byte as printf(1) has it. */
function octal(text: string): string {
  return Array.from(bytesOfText(text), (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`).join('');
}

/**
 * Has a program get words and variables as the bytes that they stand for (`bytesOfText`). Node hands over UTF-8 only, so where
 * there is anything else, a shell is told in ASCII what to write there, and gives way to the program.
 */
export function childWords(program: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildWords {
  const words = [program, ...args];
  const variables = Object.entries(env).filter(([, value]) => HAS_BYTES.test(value));
  if (variables.length === 0 && !words.some((word) => HAS_BYTES.test(word))) return { program, args, env };
  const exports = variables.map(([name, value]) => `export ${name}=${quoted(value)}; `).join('');
  const line = `${exports}exec ${words.map(quoted).join(' ')}`;
  const others = Object.fromEntries(Object.entries(env).filter(([, value]) => !HAS_BYTES.test(value)));
  return { program: '/bin/sh', args: ['-c', `eval "$(printf '${octal(line)}')"`], env: others };
}
