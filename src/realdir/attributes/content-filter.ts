import { textOfBytes } from '../../util/byte-string.js';
import type { AttributeValue } from './attribute-line.js';
import { lineEndingsOf, looksBinary, withoutCrlf } from './line-endings.js';
import { toUtf8 } from './working-tree-encoding.js';

/** The attributes that change what is stored: gitattributes(5). */
export interface ContentAttributes {
  readonly text: AttributeValue;
  /** The former name of `text`. */
  readonly crlf: AttributeValue;
  readonly eol: AttributeValue;
  readonly ident: AttributeValue;
  readonly workingTreeEncoding: AttributeValue;
}

export interface ConvertedContent {
  readonly bytes: Buffer;
  /** Why the encoding was left as it is, where Git would have refused the file. */
  readonly warning?: string;
}

const IDENT = /\$Id:[^$\n]*\$/g;
/** A keyword needs this much to be expanded. */
const IDENT_START = '$Id:';

/** Picks the attributes that matter here, given the value of each name. */
export function contentAttributes(valueOf: (name: string) => AttributeValue): ContentAttributes {
  return {
    text: valueOf('text'),
    crlf: valueOf('crlf'),
    eol: valueOf('eol'),
    ident: valueOf('ident'),
    workingTreeEncoding: valueOf('working-tree-encoding'),
  };
}

function reencode(bytes: Buffer, encoding: AttributeValue): ConvertedContent {
  if (encoding === 'unspecified' || bytes.length === 0) return { bytes };
  const name = typeof encoding === 'object' ? encoding.value : null;
  if (name === '') return { bytes };
  const result = name === null ? { failure: 'the attribute has no value' } : toUtf8(bytes, textOfBytes(name));
  if ('content' in result) return { bytes: result.content };
  return { bytes, warning: `stored as it is, not converted by working-tree-encoding: ${result.failure}` };
}

function isStoredWithCrlf(recorded: Buffer | null): boolean {
  return recorded !== null && recorded.includes('\r\n') && !looksBinary(recorded);
}

function convertLineEndings(bytes: Buffer, attributes: ContentAttributes, recorded: Buffer | null): Buffer {
  switch (lineEndingsOf(attributes.text, attributes.crlf, attributes.eol)) {
    case 'keep':
      return bytes;
    case 'normalize':
      return withoutCrlf(bytes);
    case 'guess':
      // A file that got into Git with CRLF keeps them, so that it does not change as a whole.
      return looksBinary(bytes) || isStoredWithCrlf(recorded) ? bytes : withoutCrlf(bytes);
  }
}

function collapseIdent(bytes: Buffer): Buffer {
  if (!bytes.includes(IDENT_START)) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(IDENT, '$Id$$'), 'latin1');
}

/**
 * What `git add` stores for a file's content, with `core.autocrlf` false: its encoding, its line
 * endings and `$Id$` are converted as the attributes say. Drivers (`filter`) are programs and not run.
 *
 * @param recorded what is stored for the path so far, null if nothing; it matters for `text=auto`
 */
export function convertToGit(
  bytes: Buffer,
  attributes: ContentAttributes,
  recorded: Buffer | null = null,
): ConvertedContent {
  const reencoded = reencode(bytes, attributes.workingTreeEncoding);
  const converted = convertLineEndings(reencoded.bytes, attributes, recorded);
  return { ...reencoded, bytes: attributes.ident === 'set' ? collapseIdent(converted) : converted };
}
