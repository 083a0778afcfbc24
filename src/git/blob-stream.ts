import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createDeflate } from 'node:zlib';
import { fsPath, textOfBytes } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { directoryOf, fsyncDirectory, makeOneDirectoryDurable, randomName } from './durable-file.js';
import { loosePath } from './loose-object.js';
import { oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';
import { writeFailure } from './write-failure.js';

/** A blob that is too large for memory; `pieces` may be asked for several times. */
export interface LargeBlob {
  /** Bytes; the pieces have exactly as many. */
  readonly size: number;
  pieces(): Iterable<Buffer>;
}

/** How many pieces are hashed before other work gets its turn. */
const PIECES_A_TURN = 8;

function headerOf(blob: LargeBlob): Buffer {
  return Buffer.from(`blob ${blob.size}\0`, 'latin1');
}

/** The id of a blob, without storing it. */
export async function hashLargeBlob(blob: LargeBlob, signal?: AbortSignal): Promise<Oid> {
  const hash = createHash('sha1').update(headerOf(blob));
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
 * Stores a blob as a loose object, piece by piece, durably. `git gc` packs it later. Between this
 * and the moment when a ref names it, only `requireStored` protects it from `git gc --prune=now`.
 * @throws FsoError if it cannot be written; what `pieces` throws; the reason of the signal
 */
export async function storeLargeBlob(gitDir: ByteString, blob: LargeBlob, signal?: AbortSignal): Promise<Oid> {
  // Git itself removes what is left under this name after a crash (git-prune(1)).
  const temporary = `${gitDir}/objects/tmp_obj_${randomName()}`;
  const hash = createHash('sha1');
  let sourceError: unknown = null;
  function* content(): Generator<Buffer> {
    const header = headerOf(blob);
    hash.update(header);
    yield header;
    try {
      for (const piece of blob.pieces()) {
        hash.update(piece);
        yield piece;
      }
    } catch (error) {
      sourceError = error;
      throw error;
    }
  }
  try {
    const file = createWriteStream(fsPath(temporary), { flags: 'wx', flush: true });
    const deflate = createDeflate({ level: constants.Z_BEST_SPEED });
    await pipeline(content(), deflate, file, signal === undefined ? {} : { signal });
    chmodSync(fsPath(temporary), 0o444);
    const oid = hash.digest('latin1' as 'hex') as Oid;
    const path = `${gitDir}/objects/${loosePath(oid)}`;
    makeOneDirectoryDurable(directoryOf(path));
    renameSync(fsPath(temporary), fsPath(path));
    fsyncDirectory(directoryOf(path));
    return oid;
  } catch (error) {
    rmSync(fsPath(temporary), { force: true });
    signal?.throwIfAborted();
    throw error === sourceError ? error : writeFailure(temporary, error);
  }
}

/**
 * Checks that blobs which `storeLargeBlob` stored are still there, right before a ref names them.
 * @throws FsoError if one was removed meanwhile
 */
export function requireStored(gitDir: ByteString, oids: Iterable<Oid>): void {
  for (const oid of oids) {
    if (existsSync(fsPath(`${gitDir}/objects/${loosePath(oid)}`))) continue;
    throw new FsoError(`${textOfBytes(gitDir)}: object ${oidToHex(oid)} was removed while it was in use`, {
      remedy: 'run the command again, but not beside `git gc --prune=now`',
    });
  }
}
