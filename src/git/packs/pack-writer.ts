import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, errnoOf, quietly } from '../../util/errors.js';
import type { LargeBlob } from '../objects/blob-stream.js';
import { BlobLostError, deflateLargeBlob } from '../objects/blob-stream.js';
import { ChunkWriter } from '../../storage/chunk-writer.js';
import {
  fsyncDirectory,
  helperBeside,
  makeOneDirectoryDurable,
  randomName,
  removeQuietly,
  writeFully,
} from '../../storage/durable-file.js';
import { PRIVATE_FILE, readOnlyModeIn } from '../../storage/file-mode.js';
import { KeepGuard } from './keep-guard.js';
import { bytesOfBody } from '../objects/object-body.js';
import type { ObjectType, Oid } from '../objects/object-id.js';
import { ObjectTable } from './object-table.js';
import { writePackIndex } from './pack-index-writer.js';
import { writeFailure } from '../../storage/write-failure.js';
import { STORED_TEXT_MAX, storeText } from './stored-text.js';
import { STORED_MAX, STORED_OVERHEAD, storeBytes } from './zlib-stored.js';
import { COMPRESSION } from './compression.js';

const TYPE_NUMBERS = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;
const PACK_HEADER_LENGTH = 12;
const ENTRY_HEADER_MAX = 10;
/** Blobs from this size on are worth compressing; records and trees hardly shrink. */
const COMPRESS_FROM = STORED_TEXT_MAX + 1;

/**
 * Streams objects into one new pack. Nothing is visible before `finish`: until then there is only
 * `tmp_pack_*`, which Git ignores and `git gc` removes.
 */
export class PackWriter {
  readonly #directory: ByteString;
  readonly #temporary: ByteString;
  readonly #fd: number;
  readonly #out: ChunkWriter;
  readonly #table = new ObjectTable();
  #isOpen = true;

  /**
   * @param objectsDir the `objects` directory of the repository
   * @param owner goes into the names of temporary files, and so tells which lock their writer holds: letters; empty for none
   */
  constructor(objectsDir: ByteString, owner = '') {
    this.#directory = `${objectsDir}/pack`;
    this.#temporary = `${this.#directory}/tmp_pack_${owner === '' ? '' : `${owner}_`}${randomName()}`;
    makeOneDirectoryDurable(this.#directory);
    try {
      this.#fd = openSync(fsPath(this.#temporary), 'wx+', PRIVATE_FILE);
    } catch (error) {
      throw writeFailure(this.#temporary, error);
    }
    this.#out = new ChunkWriter(this.#fd, false);
    this.#out.write(Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1'));
  }

  get count(): number {
    return this.#table.size;
  }

  has(oid: Oid): boolean {
    return this.#table.has(oid);
  }

  /** Adds an object unless the pack has it; `oid` must be the id of the content. */
  add(type: ObjectType, oid: Oid, body: Buffer | string): void {
    this.#refuseIfClosed();
    const index = this.#table.insert(oid);
    if (index < 0) return;
    try {
      const offset = this.#out.position;
      const crc =
        typeof body === 'string' && body.length <= STORED_TEXT_MAX ? this.#addText(type, body) : this.#addBytes(type, bytesOfBody(body));
      this.#table.set(index, offset, crc);
    } catch (error) {
      this.abort();
      throw writeFailure(this.#temporary, error);
    }
  }

  /**
   * Adds a blob that the pack does not have, piece by piece; `oid` must be its id.
   * @throws BlobLostError if the blob cannot be read, or has another id; the pack is as it was then. The reason of
   *   the signal, or FsoError if the pack cannot be written: then it is given up.
   */
  async addLargeBlob(oid: Oid, blob: LargeBlob, signal?: AbortSignal): Promise<void> {
    this.#refuseIfClosed();
    const offset = this.#out.position;
    let crc = 0;
    let isUnwritable = false;
    const put = (bytes: Buffer): void => {
      try {
        this.#out.write(bytes);
      } catch (error) {
        isUnwritable = true;
        throw writeFailure(this.#temporary, error);
      }
      crc = crc32(bytes, crc);
    };
    try {
      const header = Buffer.alloc(ENTRY_HEADER_MAX);
      put(header.subarray(0, writeEntryHeader(header, 0, 'blob', blob.size)));
      await deflateLargeBlob(oid, blob, put, signal);
      this.#table.set(this.#table.insert(oid), offset, crc);
    } catch (error) {
      if (isUnwritable || signal?.aborted === true) {
        this.abort();
        throw error;
      }
      this.#rewind(offset);
      throw new BlobLostError(error);
    }
  }

  #rewind(offset: number): void {
    try {
      this.#out.rewind(offset);
    } catch (error) {
      this.abort();
      throw writeFailure(this.#temporary, error);
    }
  }

  /**
   * Completes pack and index, syncs them and gives them their names. The order is that of
   * git-index-pack(1): `.keep`, `.pack`, and only then the `.idx` that makes it a pack. No other pack
   * has this name, so that a `git gc` that is about to remove one with the same content misses this.
   */
  finish(): KeepGuard {
    const temporaryIndex = this.#temporary.replace('tmp_pack_', 'tmp_idx_');
    const final = `${this.#directory}/pack-${randomBytes(20).toString('hex')}`;
    let guard: KeepGuard | null = null;
    try {
      const checksum = this.#complete();
      const writeIndex = (path: ByteString): void => writePackIndex(path, this.#table, checksum);
      writeIndex(temporaryIndex);
      guard = KeepGuard.create(`${final}.keep`);
      renameOrRemake(this.#temporary, `${final}.pack`, (path) => this.#copyTo(path));
      renameOrRemake(temporaryIndex, `${final}.idx`, writeIndex);
      fsyncDirectory(this.#directory);
      this.#close();
      return guard;
    } catch (error) {
      this.abort();
      for (const path of [temporaryIndex, `${final}.idx`, `${final}.pack`]) removeQuietly(path);
      guard?.release();
      throw writeFailure(this.#temporary, error);
    }
  }

  /** Removes what was written so far; what cannot be removed is left over. Never throws. */
  abort(): void {
    this.#close();
    removeQuietly(this.#temporary);
  }

  /** The number of a closed file may belong to another file by now. */
  #refuseIfClosed(): void {
    if (!this.#isOpen) throw new FsoError(`${textOfBytes(this.#temporary)}: the pack was given up before`);
  }

  #addText(type: ObjectType, text: string): number {
    const { buffer } = this.#out;
    const start = this.#out.reserve(ENTRY_HEADER_MAX + STORED_OVERHEAD + text.length);
    const stream = writeEntryHeader(buffer, start, type, text.length);
    const crc = storeText(buffer, start, stream, text);
    this.#out.commit(stream + STORED_OVERHEAD + text.length - start);
    return crc;
  }

  #addBytes(type: ObjectType, bytes: Buffer): number {
    if (!isStored(type, bytes.length)) return this.#addDeflated(type, bytes);
    const { buffer } = this.#out;
    const start = this.#out.reserve(ENTRY_HEADER_MAX + STORED_OVERHEAD + bytes.length);
    const end = storeBytes(buffer, writeEntryHeader(buffer, start, type, bytes.length), bytes);
    this.#out.commit(end - start);
    return crc32(buffer.subarray(start, end));
  }

  #addDeflated(type: ObjectType, bytes: Buffer): number {
    const header = Buffer.alloc(ENTRY_HEADER_MAX);
    const entry = header.subarray(0, writeEntryHeader(header, 0, type, bytes.length));
    const stream = deflateSync(bytes, { level: type === 'tree' ? COMPRESSION.tree : COMPRESSION.other });
    this.#out.write(entry);
    this.#out.write(stream);
    return crc32(stream, crc32(entry));
  }

  #complete(): Buffer {
    this.#out.flush();
    this.#table.seal();
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.#table.size);
    writeSync(this.#fd, count, 0, 4, PACK_HEADER_LENGTH - 4);
    const checksum = this.#hashFile();
    writeFully(this.#fd, checksum, this.#out.position);
    fchmodSync(this.#fd, readOnlyModeIn(this.#directory));
    fsyncSync(this.#fd);
    return checksum;
  }

  /** The number of objects stands at the start but is known at the end, so the file is read once more. */
  #hashFile(): Buffer {
    const hash = createHash('sha1');
    this.#readBack((bytes) => hash.update(bytes));
    return hash.digest();
  }

  /** What we hold open is still there, even if its name was removed. */
  #copyTo(path: ByteString): void {
    const copy = openSync(fsPath(path), 'wx', PRIVATE_FILE);
    try {
      this.#readBack((bytes) => writeFully(copy, bytes));
      fchmodSync(copy, readOnlyModeIn(this.#directory));
      fsyncSync(copy);
    } finally {
      closeSync(copy);
    }
  }

  #readBack(use: (bytes: Buffer) => void): void {
    const { buffer } = this.#out;
    for (let at = 0; ;) {
      const count = readSync(this.#fd, buffer, 0, buffer.length, at);
      if (count === 0) return;
      use(buffer.subarray(0, count));
      at += count;
    }
  }

  /** What matters was synced; an error of close(2) means nothing after that, or on the way out of another one. */
  #close(): void {
    if (this.#isOpen) quietly(() => closeSync(this.#fd));
    this.#isOpen = false;
  }
}

/**
 * Gives a file its name. `git gc --prune=now` removes whatever is called `tmp_…`, of whomever and however young; what
 * is gone is made again under a name that it leaves alone.
 */
function renameOrRemake(from: ByteString, to: ByteString, remake: (path: ByteString) => void): void {
  try {
    renameSync(fsPath(from), fsPath(to));
    return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const again = helperBeside(to, `tmp-${randomName()}`);
  try {
    remake(again);
    renameSync(fsPath(again), fsPath(to));
  } catch (error) {
    removeQuietly(again);
    throw error;
  }
}

function isStored(type: ObjectType, length: number): boolean {
  return length <= STORED_MAX && (type !== 'blob' || length < COMPRESS_FROM);
}

/** Type and size of an entry (gitformat-pack(5)); returns the position behind it. */
function writeEntryHeader(target: Buffer, start: number, type: ObjectType, size: number): number {
  let at = start;
  let rest = Math.floor(size / 16);
  target[at] = (TYPE_NUMBERS[type] << 4) | (size & 15);
  while (rest > 0) {
    target[at] = (target[at] as number) | 0x80;
    at++;
    target[at] = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  return at + 1;
}
