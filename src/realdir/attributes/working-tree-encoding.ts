/** A text in UTF-8, or why there is none. */
export type Reencoded = { readonly content: Buffer } | { readonly failure: string };

type Decoder = (bytes: Buffer) => string | null;

/** What Node decodes as iconv(1) does, which Git uses, for every byte. */
const SINGLE_BYTE = /^(?:iso[-_]?8859-(?:[2-8]|10|1[345])|koi8-[ru])$/;
/** The characters of the bytes 0x80 to 0x9f; a blank where there is none. */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

function node(label: string): Decoder {
  return (bytes) => {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return null;
    }
  };
}

function windows1252(bytes: Buffer): string | null {
  const text = bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? ' ');
  const blanks = (content: string): number => content.split(' ').length;
  return blanks(text) === blanks(bytes.toString('latin1')) ? text : null;
}

function utf16(bytes: Buffer, littleEndian: boolean): string | null {
  if (bytes.length % 2 !== 0) return null;
  return node('utf-16le')(littleEndian ? bytes : Buffer.from(bytes).swap16());
}

function utf32(bytes: Buffer, littleEndian: boolean): string | null {
  if (bytes.length % 4 !== 0) return null;
  const codePoints: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const code = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
    codePoints.push(String.fromCodePoint(code));
  }
  return codePoints.join('');
}

function utf16Marked(bytes: Buffer): string | null {
  const mark = bytes.toString('hex', 0, 2);
  return mark === 'fffe' || mark === 'feff' ? utf16(bytes.subarray(2), mark === 'fffe') : null;
}

function utf32Marked(bytes: Buffer): string | null {
  const mark = bytes.toString('hex', 0, 4);
  return mark === 'fffe0000' || mark === '0000feff' ? utf32(bytes.subarray(4), mark === 'fffe0000') : null;
}

/** Decodes what must not start with a byte order mark, since the encoding's name says the order. */
function unmarked(decode: Decoder): Decoder {
  return (bytes) => {
    const text = decode(bytes);
    return text?.startsWith('\ufeff') === true || text?.startsWith('\ufffe') === true ? null : text;
  };
}

function decoderOf(encoding: string): Decoder | null {
  const name = encoding.toLowerCase().replace(/^utf(?!-)/, 'utf-').replace(/^cp(?=125)/, 'windows-');
  switch (name) {
    case 'utf-16':
      return utf16Marked;
    case 'utf-32':
      return utf32Marked;
    case 'utf-16le':
      return unmarked((bytes) => utf16(bytes, true));
    case 'utf-16be':
      return unmarked((bytes) => utf16(bytes, false));
    case 'utf-32le':
      return unmarked((bytes) => utf32(bytes, true));
    case 'utf-32be':
      return unmarked((bytes) => utf32(bytes, false));
    case 'utf-16le-bom':
      return (bytes) => (/^(?:fffe|feff)/.test(bytes.toString('hex', 0, 2)) ? utf16Marked(bytes) : utf16(bytes, true));
    case 'iso-8859-1':
    case 'iso8859-1':
    case 'latin1':
      return (bytes) => bytes.toString('latin1');
    case 'ascii':
    case 'us-ascii':
      return (bytes) => (bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : null);
    case 'windows-1252':
      return windows1252;
    default:
      return SINGLE_BYTE.test(name) ? node(name.replace(/^iso[-_]?/, 'iso-')) : null;
  }
}

/**
 * Turns a file's content to UTF-8: gitattributes(5), working-tree-encoding. Fails for an encoding
 * that is not known, and where Git refuses the content: invalid, or with a byte order mark where
 * the encoding's name says the order, or without one where it does not.
 */
export function toUtf8(content: Buffer, encoding: string): Reencoded {
  if (/^utf-?8$/i.test(encoding) || content.length === 0) return { content };
  const decoder = decoderOf(encoding);
  if (decoder === null) return { failure: `the encoding '${encoding}' is not known` };
  const text = decoder(content);
  return text === null ? { failure: `it is not valid as '${encoding}'` } : { content: Buffer.from(text, 'utf8') };
}
