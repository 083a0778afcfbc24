import type { ListedItem } from '../../../history/listing/list-parts.js';
import type { ByteString } from '../../../util/byte-string.js';
import { baseOf, directoryOf, isAtOrBelow } from '../../../util/byte-string.js';
import { formatNumber } from '../../../util/text/quantities.js';
import type { ExportFormat } from './export-format.js';

/** What the first line says about an export. */
export interface NcduHeader {
  /** Of git-fso. */
  readonly version: string;
  /** Seconds since 1970 that the export is about. */
  readonly seconds: number;
}

const LARGEST = 2n ** 63n - 1n;
// eslint-disable-next-line no-control-regex
const ESCAPED = /["\\\x00-\x1f\x7f]/g;

/** A name as ncdu writes it itself: bytes that are no UTF-8 stay what they are. */
function nameText(name: ByteString): ByteString {
  const escape = (character: string): string =>
    character === '"' || character === '\\' ? `\\${character}` : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${name.replace(ESCAPED, escape)}"`;
}

/** ncdu refuses a file with numbers beyond its own. */
function numberText(value: number | bigint): string {
  return String(BigInt(value) > LARGEST ? LARGEST : value);
}

function sizesText(size: number | bigint): string {
  const text = numberText(size > 0 ? size : 0);
  return size > 0 ? `,"asize":${text},"dsize":${text}` : '';
}

function entryText({ kind, path, size, files, mtime }: ListedItem): ByteString {
  if (kind === 'summary' || kind === 'rest') {
    const count = `${formatNumber(files)} ${files === 1 || files === 1n ? 'file' : 'files'}`;
    const name = kind === 'summary' ? `<${count}, recorded as a sum>` : `<${count} not recorded one by one>`;
    return `{"name":"${name}"${sizesText(size)},"notreg":true}`;
  }
  const time = mtime !== null && mtime >= 0 ? `,"mtime":${numberText(mtime)}` : '';
  return `{"name":${nameText(baseOf(path))}${sizesText(size)}${time}${kind === 'link' ? ',"notreg":true' : ''}}`;
}

/**
 * The JSON format 1.2 of ncdu. Of what is recorded as a sum, the directory has one entry with the size of all that is in it, so that
 * totals are true. How much space files take on the disk is not recorded: `dsize` is the size, too. Items must come so that all of a
 * directory are together.
 */
export class NcduFormat implements ExportFormat {
  readonly wanted = {};
  /** Directories that are open, from the root on. */
  #open: ByteString[] = [];

  /** @param root absolute path of the root of the export; where it turns out to be a file, the directory that it is in is the root */
  constructor(
    private readonly root: ByteString,
    private readonly header: NcduHeader,
  ) {}

  begin(): ByteString {
    const { version, seconds } = this.header;
    return `[1,2,{"progname":"git-fso","progver":"${version}","timestamp":${Math.max(0, Math.trunc(seconds))}}`;
  }

  item(item: ListedItem): ByteString {
    const isSum = item.kind === 'summary' || item.kind === 'rest';
    const directory = isSum ? item.path : directoryOf(item.path);
    let text = this.#beginRoot(item.path === this.root ? directory : this.root);
    for (; this.#open.length > 1 && !isAtOrBelow(directory, this.#open.at(-1) ?? ''); this.#open.pop()) text += ']';
    for (const next of between(this.#open.at(-1) ?? '', directory)) {
      this.#open.push(next);
      text += `,\n[{"name":${nameText(baseOf(next))}}`;
    }
    return `${text},\n${entryText(item)}`;
  }

  finish(): ByteString {
    return `${this.#beginRoot(this.root)}${']'.repeat(this.#open.length)}]\n`;
  }

  #beginRoot(directory: ByteString): ByteString {
    if (this.#open.length > 0) return '';
    this.#open = [directory];
    return `,\n[{"name":${nameText(directory)}}`;
  }
}

/** The directories below one on the way to another, which is the last. */
function between(top: ByteString, directory: ByteString): ByteString[] {
  const found: ByteString[] = [];
  for (let at = directory; at.length > top.length; at = directoryOf(at)) found.push(at);
  return found.reverse();
}
