import type { LargeBlob } from '../../git/objects/blob-stream.js';
import type { ContentAttributes } from '../../realdir/attributes/content-filter.js';
import { convertToGit } from '../../realdir/attributes/content-filter.js';
import { lineEndingsOf } from '../../realdir/attributes/line-endings.js';
import { openPiecewise, readStable, TOO_LARGE } from '../../realdir/read/read-stable.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** How much of a file's content is recorded. */
export interface ContentLimits {
  /** Files up to this size are read into memory; in bytes. */
  readonly inMemory: number;
  /** Whether larger ones are streamed; otherwise they are refused. */
  readonly streamsLarger: boolean;
}

/** What is to be stored for a file: its content, or the way to read it. */
export type FileBlob =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly warning?: string }
  | { readonly kind: 'large'; readonly blob: LargeBlob; close(): void };

function isConverted({ text, crlf, eol, ident, workingTreeEncoding }: ContentAttributes): boolean {
  return lineEndingsOf(text, crlf, eol) !== 'keep' || ident === 'set' || workingTreeEncoding !== 'unspecified';
}

/**
 * Reads a regular file as Git would store it; null if it is not there any more.
 * @param recorded what is stored for its path so far
 * @throws FsoError if it is too large or changes all the time; system errors
 */
export function readFileBlob(
  path: ByteString,
  attributes: ContentAttributes,
  recorded: () => Buffer | null,
  limits: ContentLimits,
): FileBlob | null {
  const content = readStable(path, limits.inMemory);
  if (content === null) return null;
  if (content !== TOO_LARGE) {
    // Most files are stored as they are: then what is recorded has no say.
    if (!isConverted(attributes)) return { kind: 'bytes', bytes: content };
    return { kind: 'bytes', ...convertToGit(content, attributes, recorded()) };
  }
  if (!limits.streamsLarger) {
    throw new FsoError(`has more than ${limits.inMemory} bytes, too many for a record of content`);
  }
  if (isConverted(attributes)) {
    throw new FsoError(`has more than ${limits.inMemory} bytes, too many to convert it as .gitattributes demands`);
  }
  const file = openPiecewise(path);
  return file === null ? null : { kind: 'large', blob: file, close: () => file.close() };
}
