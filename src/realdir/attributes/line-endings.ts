import type { AttributeValue } from './attribute-line.js';

/** What is done to line endings on the way into Git. */
export type LineEndings =
  | 'keep'
  /** CRLF becomes LF. */
  | 'normalize'
  /** As `normalize`, but only if the content looks like text. */
  | 'guess';

const CR = 0x0d;
const LF = 0x0a;
const CTRL_Z = 0x1a;
const DEL = 0x7f;
/** Control characters that text may contain: BS, HT, FF, ESC. */
const TEXT_CONTROLS = [0x08, 0x09, 0x0c, 0x1b];

function stringValue(value: AttributeValue): string | undefined {
  return typeof value === 'object' ? value.value : undefined;
}

/** What one of the attributes `text` and `crlf` (its former name) says; null if it decides nothing. */
function textAction(value: AttributeValue): LineEndings | null {
  if (value === 'set') return 'normalize';
  if (value === 'unset') return 'keep';
  if (stringValue(value) === 'auto') return 'guess';
  return stringValue(value) === 'input' ? 'normalize' : null;
}

/** The treatment that attributes ask for where `core.autocrlf` is false: gitattributes(5), End-of-line conversion. */
export function lineEndingsOf(text: AttributeValue, crlf: AttributeValue, eol: AttributeValue): LineEndings {
  const action = textAction(text) ?? textAction(crlf);
  if (action !== null) return action;
  // Whoever names an end of line means a text file.
  return ['lf', 'crlf'].includes(stringValue(eol) ?? '') ? 'normalize' : 'keep';
}

/**
 * True if Git would guess that the content is no text: it has a NUL or a CR without LF, or more
 * than one unprintable byte for 128 printable ones.
 */
export function looksBinary(content: Buffer): boolean {
  let printable = 0;
  let unprintable = 0;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at] ?? 0;
    if (byte === CR) {
      if (content[at + 1] !== LF) return true;
      at += 1;
    } else if (byte === 0) {
      return true;
    } else if (byte === DEL || (byte < 0x20 && byte !== LF && !TEXT_CONTROLS.includes(byte))) {
      unprintable += 1;
    } else if (byte !== LF) {
      printable += 1;
    }
  }
  // The end-of-file mark of MS-DOS.
  if (content.at(-1) === CTRL_Z) unprintable -= 1;
  return Math.floor(printable / 128) < unprintable;
}

/** The content with LF for each CRLF; the same buffer if there is none. */
export function withoutCrlf(content: Buffer): Buffer {
  if (!content.includes('\r\n')) return content;
  const result = Buffer.allocUnsafe(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at] ?? 0;
    if (byte === CR && content[at + 1] === LF) continue;
    result[length] = byte;
    length += 1;
  }
  return result.subarray(0, length);
}
