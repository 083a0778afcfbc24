import { safeText } from '../../util/text/safe-text.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

type Value = Html | string | number | readonly Html[];

/**
 * HTML from a template. What is put in is text, and cannot become a tag, an attribute or a line of its own, unless it is HTML from
 * this function; attributes must be in quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, string, index) => text + markup(values[index - 1] ?? '') + string));
}

function markup(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return safeText(String(value)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const LONGEST_NAME = 240;

/**
 * A path or name for people: what is not UTF-8, and what would change lines or the direction of writing, as escapes; the middle of what is
 * very long is left out.
 */
export function shownName(path: ByteString): string {
  const text = safeText(textOfBytes(path));
  if (text.length <= LONGEST_NAME) return text;
  // A code point must not be torn apart.
  const characters = [...text];
  const half = LONGEST_NAME / 2 - 1;
  return `${characters.slice(0, half).join('')} … ${characters.slice(-half).join('')}`;
}

/** A path in its own direction of writing, whatever script it is in. */
export function pathHtml(path: ByteString): Html {
  return html`<bdi class="path">${shownName(path)}</bdi>`;
}
