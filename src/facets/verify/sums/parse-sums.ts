import type { ByteString } from '../../../util/byte-string.js';

/** A checksum that a file is to have. */
export interface ListedSum {
  /** As it stands in the list. */
  readonly path: ByteString;
  /** As OpenSSL calls it: `sha256`. */
  readonly algorithm: string;
  /** In lower-case hexadecimal. */
  readonly sum: string;
}

/** A list of checksums. */
export interface SumList {
  readonly sums: readonly ListedSum[];
  /** Numbers of the lines that make no sense, from 1 on. */
  readonly strange: readonly number[];
}

/** No path is longer, with a checksum and escapes: what is, is not looked at any closer. */
const LINE_MAX = 64 * 1024;

/** By hexadecimal digits. */
const BY_LENGTH: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 56: 'sha224', 64: 'sha256', 96: 'sha384', 128: 'sha512' };

const PLAIN = /^(\\?)([0-9a-f]{32,128}) [ *](.+)$/is;
/** `sha256sum --tag`, the programs of BSD, and `openssl dgst`. */
const TAGGED = /^(\\?)[A-Z0-9-]+ ?\((.+)\) ?= ?([0-9a-f]{32,128})$/is;
const BAGIT = /^([0-9a-f]{32,128})[ \t]+\*?(.+)$/is;

/** True for the name of a manifest of a bag (RFC 8493), whose paths are encoded in another way. */
export function isBagItManifest(name: ByteString): boolean {
  return /^(tag)?manifest-[a-z0-9]+\.txt$/i.test(name);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

function unescaped(path: ByteString): ByteString {
  return path.replace(/\\[\\nr]/g, (escape) => ESCAPES[escape] ?? escape);
}

function percentDecoded(path: ByteString): ByteString {
  return path.replace(/%(0A|0D|25)/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function listed(path: ByteString, hex: string): ListedSum | null {
  const algorithm = BY_LENGTH[hex.length];
  return algorithm === undefined ? null : { path, algorithm, sum: hex.toLowerCase() };
}

function parseLine(line: ByteString, isEscaping: boolean): ListedSum | null {
  const [, escapeBefore, plainSum, plainPath] = PLAIN.exec(line) ?? [];
  const [, escapeTagged, taggedPath, taggedSum] = TAGGED.exec(line) ?? [];
  const path = plainPath ?? taggedPath;
  const sum = plainSum ?? taggedSum;
  if (path === undefined || sum === undefined) return null;
  const isEscaped = isEscaping && (escapeBefore ?? escapeTagged) === '\\';
  return listed(isEscaped ? unescaped(path) : path, sum);
}

function parseBagItLine(line: ByteString): ListedSum | null {
  const [, sum, path] = BAGIT.exec(line) ?? [];
  return sum === undefined || path === undefined ? null : listed(percentDecoded(path), sum);
}

/**
 * Reads checksums as `md5sum`, `sha1sum`, `sha256sum` and the like write them, also with `--tag` and `--zero`, or a manifest of a bag.
 * Which algorithm it is follows from the number of digits.
 */
export function parseSums(body: Buffer, isBagIt: boolean): SumList {
  const text = body.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const isZero = text.includes('\0');
  const lines = text.split(isZero ? '\0' : '\n');
  // A name may end with a carriage return; that all of them do, means that the lines do.
  const hasReturns = !isZero && lines.every((line) => line === '' || line.endsWith('\r'));
  const sums: ListedSum[] = [];
  const strange: number[] = [];
  for (const [index, each] of lines.entries()) {
    const line = hasReturns ? each.slice(0, -1) : each;
    if (line === '' || line.startsWith('#')) continue;
    const sum = line.length > LINE_MAX ? null : isBagIt ? parseBagItLine(line) : parseLine(line, !isZero);
    if (sum === null) strange.push(index + 1);
    else sums.push(sum);
  }
  return { sums, strange };
}
