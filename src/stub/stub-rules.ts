import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import type { StubFiles } from '../shadow/stub/stub-files.js';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;
/** Means different things, or nothing, in the three files. */
const NOT_COMMON = /[[\]\\"]/;
const BLANK = / /;
const TAKES_BACK_IGNORE = /^!/;
const TAKES_BACK_NOGBUNDLE = /\s[-!]nogbundle\b/;

/**
 * Appends a line to the text of a stub file; a text that has the line, and nothing behind it that
 * may take it back, is returned as it is.
 */
function withLine(text: ByteString, line: ByteString, takesBack?: RegExp): ByteString {
  const lines = text.split('\n');
  const at = lines.lastIndexOf(line);
  if (at >= 0 && !lines.slice(at + 1).some((later) => takesBack?.test(later) === true)) return text;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}

function refuse(pattern: ByteString, why: string, remedy: string): UsageError {
  return new UsageError(`${JSON.stringify(textOfBytes(pattern))} cannot be used as a pattern: ${why}`, { remedy });
}

/**
 * The stub files that differ when a pattern is added to `.gitignore` (gitignore(5)).
 * @throws UsageError for what is not one rule
 */
export function withIgnorePattern(stub: StubFiles, pattern: ByteString): StubFiles {
  if (pattern.trim() === '') throw refuse(pattern, 'it is empty', 'name what shall not be tracked, for example /data/tmp/');
  if (CONTROL.test(pattern)) throw refuse(pattern, 'it contains a control character', 'use ? in its place');
  if (pattern.startsWith('#')) throw refuse(pattern, 'a line that starts with # is a comment', String.raw`write \# instead`);
  const takesBack = pattern.startsWith('!') ? /^[^!#]/ : TAKES_BACK_IGNORE;
  return { '.gitignore': withLine(stub['.gitignore'] ?? '', pattern, takesBack) };
}

/**
 * The stub files that differ when the directories that match a pattern become nogbundles (NOE-18,
 * Specifying nogbundles). The pattern is relative to the realdir, with or without slashes around
 * it; `*` and `?` are wildcards within a name, a component `**` stands for any directories. Only candidates
 * are looked into, so the parents become candidates, too.
 * @throws UsageError for a pattern that does not mean the same in all three files
 */
export function withNogbundlePattern(stub: StubFiles, pattern: ByteString): StubFiles {
  const components = pattern.split('/').filter((component, index, all) => component !== '' || (index > 0 && index < all.length - 1));
  if (components.length === 0) throw refuse(pattern, 'it names no directory', 'name directories below the realdir, for example /data/*/');
  if (components.includes('')) throw refuse(pattern, 'it contains //', 'use single slashes');
  if (CONTROL.test(pattern) || NOT_COMMON.test(pattern)) {
    throw refuse(pattern, 'it contains one of [ ] \\ " or a control character', 'use * or ? in its place');
  }
  if (components.some((component) => component.includes('**') && component !== '**')) {
    throw refuse(pattern, '** must be a component of its own', 'write * for a part of a name');
  }
  const directory = `/${components.join('/')}/`;
  const parents = components.map((_component, index) => `/${components.slice(0, index + 1).join('/')}/`);
  const attribute = `${BLANK.test(directory) ? `"${directory}"` : directory} nogbundle`;
  return {
    '.gitattributes': withLine(stub['.gitattributes'] ?? '', attribute, TAKES_BACK_NOGBUNDLE),
    '.gitignore': withLine(stub['.gitignore'] ?? '', directory, TAKES_BACK_IGNORE),
    '.nogbundles': parents.reduce((text, parent) => withLine(text, parent), stub['.nogbundles'] ?? ''),
  };
}
