import type { ByteString } from '../../util/byte-string.js';
import { readFully } from '../read/read-bounded.js';

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;
/** As much of a line as is needed before the name: an id of either length and a blank. */
const MAX_ID = 64;

/** A search that found a file that is too long, or that Git would refuse as damaged. */
export type PackedRefsFlaw = 'too long' | 'damaged';

/** The id from the start of the line up to `blank`; null if there is none, or the line started before the buffer. */
function idBefore(buffer: Buffer, blank: number, isStartOfFile: boolean): ByteString | null {
  const lineStart = buffer.lastIndexOf(NEWLINE, blank) + 1;
  if (lineStart === 0 && !isStartOfFile) return null;
  const id = buffer.toString('latin1', lineStart, blank);
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(id) ? id.toLowerCase() : null;
}

/**
 * Looks a reference up in an open `packed-refs`: git-pack-refs(1). Reads no more than `maxBytes`
 * in pieces, from the start: a search by halves is not worth it, and would trust the order of
 * somebody else's file. Returns the object id in lower case, null if the reference is not there,
 * or what is wrong with the file.
 */
export function findPackedRef(
  fd: number,
  name: ByteString,
  maxBytes: number,
): ByteString | null | { flaw: PackedRefsFlaw } {
  const needle = Buffer.from(` ${name}\n`, 'latin1');
  // What a match can begin before the end of a piece is read again with the next one.
  const overlap = MAX_ID + needle.length + 1;
  const buffer = Buffer.allocUnsafe(CHUNK + overlap);
  let position = 0;
  let last = NEWLINE;
  for (;;) {
    const filled = readFully(fd, buffer, position);
    const piece = buffer.subarray(0, filled);
    for (let at = piece.indexOf(needle); at >= 0; at = piece.indexOf(needle, at + 1)) {
      const id = idBefore(piece, at, position === 0);
      if (id !== null) return id;
    }
    last = piece.at(-1) ?? last;
    if (filled < buffer.length) return last === NEWLINE ? null : { flaw: 'damaged' };
    position += CHUNK;
    if (position >= maxBytes) return { flaw: 'too long' };
  }
}
