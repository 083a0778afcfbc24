import { hash } from 'node:crypto';
import { readStored } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import type { Oid } from '../objects/object-id.js';
import { findId } from '../objects/sorted-ids.js';

/** A graph of some half a million commits: it is read as a whole. */
const MAX_BYTES = 32 * 1024 * 1024;

const HEADER_LENGTH = 8;
const CHUNK_ENTRY_LENGTH = 12;
const OID_LENGTH = 20;
const FANOUT_LENGTH = 256 * 4;
/** Tree, two parents, generation and time. */
const COMMIT_LENGTH = OID_LENGTH + 16;
const NO_PARENT = 0x70000000;
const CHUNK = { fanout: 'OIDF', ids: 'OIDL', commits: 'CDAT' } as const;

/** What a commit-graph says of a commit. */
export interface GraphCommit {
  readonly tree: Oid;
  readonly firstParent: Oid | null;
  /** When it was committed, in seconds since 1970. */
  readonly seconds: number;
}

/** Where the parts that are of use here are; null if one is missing, or not as long as the number of commits wants it. */
function partsOf(file: Buffer): { readonly fanout: Buffer; readonly ids: Buffer; readonly commits: Buffer } | null {
  const end = file.length - OID_LENGTH;
  const chunkCount = file[6] as number;
  if (HEADER_LENGTH + (chunkCount + 1) * CHUNK_ENTRY_LENGTH > end) return null;
  const chunk = (name: string): Buffer | null => {
    for (let at = HEADER_LENGTH, left = chunkCount; left > 0; at += CHUNK_ENTRY_LENGTH, left--) {
      if (file.toString('latin1', at, at + 4) !== name) continue;
      const [from, to] = [file.readBigUInt64BE(at + 4), file.readBigUInt64BE(at + 4 + CHUNK_ENTRY_LENGTH)];
      return from <= to && to <= end ? file.subarray(Number(from), Number(to)) : null;
    }
    return null;
  };
  const [fanout, ids, commits] = [chunk(CHUNK.fanout), chunk(CHUNK.ids), chunk(CHUNK.commits)];
  if (fanout?.length !== FANOUT_LENGTH || ids === null || commits === null) return null;
  const count = fanout.readUInt32BE(FANOUT_LENGTH - 4);
  return ids.length === count * OID_LENGTH && commits.length === count * COMMIT_LENGTH ? { fanout, ids, commits } : null;
}

/**
 * The commit-graph (gitformat-commit-graph(5)) that `git gc` writes: trees, parents and times of commits, in one file instead of in an
 * object each. What it says of a commit holds for ever, so one that is older than the last commits only knows less.
 */
export class CommitGraph {
  readonly #fanout: Buffer;
  readonly #ids: Buffer;
  readonly #commits: Buffer;

  private constructor({ fanout, ids, commits }: NonNullable<ReturnType<typeof partsOf>>) {
    this.#fanout = fanout;
    this.#ids = ids;
    this.#commits = commits;
  }

  /**
   * The graph of a repository; null where there is none, or one that is damaged or in another form: the objects are what counts.
   * @throws ForeignFileError if there is something else than a file that Git would have made
   */
  static read(gitDir: ByteString): CommitGraph | null {
    const file = unlessErrno(['ENOENT', 'ENOTDIR'], null, () => readStored(joinPath(gitDir, 'objects/info/commit-graph'), MAX_BYTES));
    if (file === null || file.length < HEADER_LENGTH + OID_LENGTH) return null;
    // Version 1, ids by SHA-1, and no other file that this one goes on.
    if (file.toString('latin1', 0, 6) !== 'CGPH\x01\x01' || file[7] !== 0) return null;
    const end = file.length - OID_LENGTH;
    if (hash('sha1', file.subarray(0, end), 'latin1' as 'hex') !== file.toString('latin1', end)) return null;
    const parts = partsOf(file);
    return parts === null ? null : new CommitGraph(parts);
  }

  /** What the graph says of a commit; null if that is nothing, or nothing that could be relied on. */
  find(oid: Oid): GraphCommit | null {
    const position = this.#positionOf(oid);
    if (position < 0) return null;
    const at = position * COMMIT_LENGTH;
    const parent = this.#commits.readUInt32BE(at + OID_LENGTH);
    // Above two bits of the time there is the generation.
    const later = this.#commits.readUInt32BE(at + OID_LENGTH + 8) & 3;
    const seconds = this.#commits.readUInt32BE(at + OID_LENGTH + 12);
    // What Git could not read as a time, or has cut.
    if (later !== 0 || seconds === 0) return null;
    const firstParent = parent === NO_PARENT ? null : idAt(this.#ids, parent * OID_LENGTH);
    return firstParent === '' ? null : { tree: idAt(this.#commits, at), firstParent, seconds };
  }

  #positionOf(oid: Oid): number {
    const first = oid.charCodeAt(0);
    const from = first === 0 ? 0 : this.#fanout.readUInt32BE((first - 1) * 4);
    const to = this.#fanout.readUInt32BE(first * 4);
    return to * OID_LENGTH > this.#ids.length ? -1 : findId(this.#ids, from, to, oid);
  }
}

function idAt(bytes: Buffer, at: number): Oid {
  return bytes.toString('latin1', at, at + OID_LENGTH) as Oid;
}
