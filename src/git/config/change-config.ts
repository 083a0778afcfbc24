import type { ByteString } from '../../util/byte-string.js';
import { normalKey, parseGitConfig } from '../../util/text/git-config-syntax.js';

/**
 * The text of a config file with the value of `key` changed where it stands last, or added; all else
 * stays as it is.
 * @throws FsoError that gives the line if the text is malformed
 */
export function changeConfig(text: ByteString, key: string, value: ByteString): ByteString {
  const { entries, sections } = parseGitConfig(text);
  const wanted = normalKey(key);
  const dot = wanted.lastIndexOf('.');
  const assignment = `${wanted.slice(dot + 1)} = ${quoteValue(value)}`;
  const entry = entries.findLast((one) => one.key === wanted);
  if (entry !== undefined) return text.slice(0, entry.start) + assignment + text.slice(entry.end);
  const section = sections.findLast((one) => one.name === wanted.slice(0, dot));
  const at = section?.end ?? text.length;
  const isOpen = entries.some(({ end }) => end === at);
  const isNewLine = at === 0 || (text[at - 1] === '\n' && !isOpen);
  // A value that ends with a backslash, or an escaped newline, would go on in what is added.
  const newLine = `${isOpen && text[at - 1] === '\\' ? '\n' : ''}${isNewLine ? '' : '\n'}`;
  const header = section === undefined ? `${headerOf(wanted.slice(0, dot))}\n` : '';
  return `${text.slice(0, at)}${newLine}${header}\t${assignment}\n${text.slice(at)}`;
}

function quoteValue(value: ByteString): ByteString {
  const escaped = value.replace(/[\\"\n\t\b]/g, (char) =>
    `\\${{ '\n': 'n', '\t': 't', '\b': 'b' }[char] ?? char}`);
  return value === '' || /^\s|\s$|[#;\r\v\f]| {2}/.test(value) ? `"${escaped}"` : escaped;
}

function headerOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? `[${name}]` : `[${name.slice(0, dot)} "${name.slice(dot + 1).replace(/["\\]/g, '\\$&')}"]`;
}
