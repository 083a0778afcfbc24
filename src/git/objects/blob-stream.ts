import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createDeflate } from 'node:zlib';
import { FsoError, messageOf } from '../../util/errors.js';
import { oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';
import { COMPRESSION } from '../packs/compression.js';

/** A blob that is too large for memory; `pieces` may be asked for several times. */
export interface LargeBlob {
  /** Bytes; the pieces have exactly as many. */
  readonly size: number;
  pieces(): Iterable<Buffer>;
}

/** A blob could not be read once more, or has another content by now. Nothing of it was stored. */
export class BlobLostError extends FsoError {
  override readonly name = 'BlobLostError';
  /** What went wrong when it was read. */
  override readonly cause: unknown;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.cause = cause;
  }
}

/** How many pieces are hashed before other work gets its turn. */
const PIECES_A_TURN = 8;

function newHash(blob: LargeBlob): ReturnType<typeof createHash> {
  return createHash('sha1').update(`blob ${blob.size}\0`);
}

/** The id of a blob, without storing it. @throws what `pieces` throws; the reason of the signal */
export async function hashLargeBlob(blob: LargeBlob, signal?: AbortSignal): Promise<Oid> {
  const hash = newHash(blob);
  let count = 0;
  for (const piece of blob.pieces()) {
    hash.update(piece);
    if (++count % PIECES_A_TURN === 0) {
      await nextTurn();
      signal?.throwIfAborted();
    }
  }
  return hash.digest('latin1' as 'hex') as Oid;
}

/**
 * Passes the zlib stream (RFC 1950) of a blob's content to `put`, piece by piece.
 * @throws FsoError at the end if the blob has not got this id; what `pieces` and `put` throw; the
 *   reason of the signal
 */
export async function deflateLargeBlob(
  oid: Oid,
  blob: LargeBlob,
  put: (bytes: Buffer) => void,
  signal?: AbortSignal,
): Promise<void> {
  const hash = newHash(blob);
  function* content(): Generator<Buffer> {
    for (const piece of blob.pieces()) {
      hash.update(piece);
      yield piece;
    }
  }
  async function consume(deflated: AsyncIterable<Buffer>): Promise<void> {
    for await (const bytes of deflated) put(bytes);
  }
  try {
    const deflate = createDeflate({ level: COMPRESSION.largeBlob });
    await pipeline(content(), deflate, consume, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  if (hash.digest('latin1' as 'hex') !== oid) throw new FsoError(`the content of object ${oidToHex(oid)} was changed meanwhile`);
}
