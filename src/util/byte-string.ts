/**
 * Names in a filesystem are bytes, not text. Inside git-fso they are *byte strings*: JavaScript
 * strings in which each character stands for one byte (latin1). That is lossless, comparing two
 * of them with `<` is comparing bytes, and V8 stores them in one byte a character.
 */
export type ByteString = string;

// eslint-disable-next-line no-control-regex
const NON_ASCII = /[^\x00-\x7f]/;

/** True if all bytes are below 0x80, so that the byte string and the text are the same. */
export function isAscii(bytes: ByteString): boolean {
  return !NON_ASCII.test(bytes);
}

/** The UTF-8 bytes of a text, for example of a path from the command line. */
export function bytesOfText(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that the bytes mean as UTF-8; invalid bytes become U+FFFD. */
export function textOfBytes(bytes: ByteString): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The path in the form that Node's fs functions take without changing a byte. */
export function fsPath(bytes: ByteString): string | Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1');
}

/** Joins a directory and a name; the empty directory stands for "here". */
export function joinPath(dir: ByteString, name: ByteString): ByteString {
  if (dir === '') return name;
  return dir.endsWith('/') ? dir + name : `${dir}/${name}`;
}
