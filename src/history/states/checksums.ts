import { readRef } from '../../git/refs/refs.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { HASHED_LIST, parseHashedList } from '../../record/hashed-list.js';
import { HASHED_REF } from '../../shadow/facets.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { atPath } from '../../util/at-path.js';
import { readFields } from '../read-fields.js';
import { indexAt } from '../../git/commits/first-parents.js';
import type { EntryAt, RecordReader } from './record-reader.js';
import type { EntryStat } from './recorded-entry.js';
import { entryStat } from './recorded-entry.js';
import type { RepoHistory, RepoState } from './repo-history.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';

/** The checksums of a file, in lower-case hexadecimal. */
export interface Sums {
  readonly sha1: string;
  readonly sha256: string;
}

/** When a state of a path began and ended, in seconds since 1970, as far as whoever asks knows; null for a state that has not ended. */
export interface Life {
  readonly begin?: number | undefined;
  readonly end?: number | null | undefined;
}

/** A file, with what `stat` has recorded of it. */
export interface KnownFile {
  readonly path: ByteString;
  readonly stat: EntryStat;
  /** Saves the search for when the state began and ended. */
  readonly life?: Life;
}

const NANOSECONDS = 1_000_000_000n;
const WORD = 32;

/**
 * The checksums of the files of one repo. A checksum is only given for the state of the file that it belongs to: that of a file
 * which was edited between two runs of `sha`, without a change of its size, is on the branch beside a newer record of `stat`.
 */
export class Checksums {
  readonly #trees: TreePaths;
  #hashedTree: Oid | null | undefined = undefined;
  #lastList: { readonly directory: ByteString; readonly files: ReadonlyMap<ByteString, string> } | null = null;

  constructor(private readonly history: RepoHistory) {
    this.#trees = new TreePaths(history.reader);
  }

  /**
   * The checksums of a regular file in a state, whenever `sha` has found them while the file was as it was then; null if it was
   * not hashed in that state, as far as that is known.
   * @param life saves the search for what is known
   * @throws FsoError that names the path, if something cannot be read
   */
  of(path: ByteString, state: RepoState, life: Life = {}): Sums | null {
    const found = this.#find(path, state, life, null);
    return found === null ? null : sumsFrom(path, atPath(path, () => this.history.reader.readBlob(found.entry.oid)), found.stat);
  }

  /**
   * Like `of`, of many files of a state, in their order.
   * @param files some thousand at most: all of them are in memory
   */
  async ofAll(files: readonly KnownFile[], state: RepoState, records: RecordReader): Promise<(Sums | null)[]> {
    const found = files.map(({ path, stat, life = {} }) => this.#find(path, state, life, stat));
    const bodies = await records.bodiesOf(found.flatMap((each) => each ?? []));
    return found.map((each) => {
      const body = each === null ? undefined : bodies.get(each.entry.oid);
      return each === null || body === undefined ? null : sumsFrom(each.path, body, each.stat);
    });
  }

  /** The inode that a file had when it was hashed last; null where that is not known. */
  hashedInode(path: ByteString): bigint | null {
    const inode = this.#lookOf(path)?.split(' ')[2];
    return inode === undefined ? null : BigInt(inode);
  }

  /** The record of `sha` that belongs to a file in a state, and what `stat` has recorded of it; null if there is none. */
  #find(path: ByteString, state: RepoState, life: Life, known: EntryStat | null): (EntryAt & KnownFile) | null {
    const { sha, reader } = this.history;
    if (sha.length === 0) return null;
    const record = this.#trees.find(state.stat.tree, path);
    if (record === null || record.mode !== FileMode.file) return null;
    const end = life.end === undefined ? this.#endOf(path, state.index, record.oid) : life.end;
    const index = end === null ? sha.length - 1 : indexAt(sha, end - 1);
    const entry = this.#trees.find(sha[index]?.tree ?? null, path);
    if (entry === null || entry.mode !== FileMode.file) return null;
    const stat = known?.record === record.oid ? known : entryStat(reader, path, record);
    const isAsHashed = end === null ? this.#isAsHashed(path, stat) : null;
    const isProven = isAsHashed ?? this.#isHashedAfter(path, entry.oid, life.begin ?? this.#beginOf(path, state.index, record.oid));
    return isProven ? { path, entry, stat } : null;
  }

  /** When `stat` has recorded something else afterwards, in seconds since 1970; null if it never has. */
  #endOf(path: ByteString, index: number, record: Oid): number | null {
    const { stat } = this.history;
    if (this.#isRecordAt(path, record, stat.length - 1)) return null;
    return stat[this.#edgeBetween(path, record, index, stat.length - 1)]?.seconds ?? null;
  }

  /**
   * Between a commit of `stat` with a record and one without it, halving finds two that follow one another.
   * @returns the one that is nearer to `other`
   */
  #edgeBetween(path: ByteString, record: Oid, having: number, other: number): number {
    let [same, different] = [having, other];
    while (Math.abs(different - same) > 1) {
      const middle = (same + different) >> 1;
      if (this.#isRecordAt(path, record, middle)) same = middle;
      else different = middle;
    }
    return different;
  }

  #isRecordAt(path: ByteString, record: Oid, index: number): boolean {
    return this.#trees.find(this.history.stat[index]?.tree ?? null, path)?.oid === record;
  }

  /** What a file looked like when it was hashed last; undefined if it was not, or that is not known. */
  #lookOf(path: ByteString): string | undefined {
    if (this.#hashedTree === undefined) this.#hashedTree = readRef(this.history.repo.gitDir, HASHED_REF);
    if (this.#hashedTree === null) return undefined;
    const slash = path.lastIndexOf('/');
    return this.#hashedIn(path.slice(0, Math.max(slash, 0))).get(path.slice(slash + 1));
  }

  /** Whether what was hashed last is what `stat` has recorded; null where that is not known, as in a clone. */
  #isAsHashed(path: ByteString, stat: EntryStat): boolean | null {
    const key = this.#lookOf(path);
    if (this.#hashedTree === null) return null;
    if (key === undefined) return false;
    const [size = '', mtimeNs = ''] = key.replace('~', '').split(' ');
    const seconds = BigInt(mtimeNs) >= 0n ? BigInt(mtimeNs) / NANOSECONDS : (BigInt(mtimeNs) - NANOSECONDS + 1n) / NANOSECONDS;
    // What comes from an index file of Git has the lower half of each number.
    const same = (a: bigint, b: bigint): boolean => (key.startsWith('~') ? BigInt.asUintN(WORD, a) === BigInt.asUintN(WORD, b) : a === b);
    return stat.mtime !== null && same(BigInt(size), BigInt(stat.size)) && same(seconds, BigInt(stat.mtime));
  }

  #hashedIn(directory: ByteString): ReadonlyMap<ByteString, string> {
    if (this.#lastList?.directory !== directory) {
      const list = this.#trees.find(this.#hashedTree ?? null, joinPath(directory, HASHED_LIST));
      const files = list === null ? null : parseHashedList(this.history.reader.readBlob(list.oid));
      this.#lastList = { directory, files: files ?? new Map<ByteString, string>() };
    }
    return this.#lastList.files;
  }

  /** When `stat` has recorded the state, in seconds since 1970. */
  #beginOf(path: ByteString, index: number, record: Oid): number {
    return this.history.stat[this.#edgeBetween(path, record, index, -1) + 1]?.seconds ?? 0;
  }

  /** True if a checksum came after the record of the state: before, the path had another one, or none. */
  #isHashedAfter(path: ByteString, checksum: Oid, begin: number): boolean {
    const { sha } = this.history;
    return this.#trees.find(sha[indexAt(sha, begin - 1)]?.tree ?? null, path)?.oid !== checksum;
  }
}

/** Null if they are none, or of a file of another size. */
function sumsFrom(path: ByteString, body: Buffer, stat: EntryStat): Sums | null {
  const fields = atPath(path, () => readFields(body));
  const [sha1, sha256, size] = [fields.get('sha1'), fields.get('sha256'), fields.get('size')];
  return typeof sha1 === 'string' && typeof sha256 === 'string' && size === stat.size ? { sha1, sha256 } : null;
}
