import { ObjectBatch } from '../../git/objects/object-batch.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { atPath } from '../../util/at-path.js';
import type { ByteString } from '../../util/byte-string.js';
import type { EntryStat } from './recorded-entry.js';
import { hasRecord, MOST_BYTES, statFrom } from './recorded-entry.js';
import type { RepoHistory } from './repo-history.js';

/** Up to so many records, to read them oneself takes less time than to start Git. */
const OWN_MAX = 300;

/** An entry of `master-stat`, with its whole path. */
export interface EntryAt {
  readonly path: ByteString;
  readonly entry: Pick<TreeEntry, 'mode' | 'oid'>;
}

/** Reads records, be they few or millions. Close it when done. */
export class RecordReader {
  #count = 0;
  #batch: ObjectBatch | null = null;

  constructor(private readonly history: RepoHistory) {}

  /**
   * What entries say, in their order.
   * @param entries some thousand at most: all of them are in memory
   * @throws FsoError, which names the path if it can, for what cannot be read
   */
  async read(entries: readonly EntryAt[]): Promise<EntryStat[]> {
    const bodies = await this.bodiesOf(entries.filter(({ entry }) => hasRecord(entry)));
    return entries.map(({ path, entry }) => statFrom(path, entry, hasRecord(entry) ? (bodies.get(entry.oid) ?? null) : null));
  }

  /** What is stored of entries, by its id, for any facet. Takes and throws the same as `read`. */
  async bodiesOf(entries: readonly EntryAt[]): Promise<ReadonlyMap<Oid, Buffer>> {
    this.#count += entries.length;
    if (this.#count <= OWN_MAX) {
      const { reader } = this.history;
      return new Map(entries.map(({ path, entry: { oid } }) => [oid, atPath(path, () => reader.readBlob(oid, MOST_BYTES))]));
    }
    this.#batch ??= new ObjectBatch(this.history.repo.gitDir);
    const wanted = [...new Set<Oid>(entries.map(({ entry }) => entry.oid))];
    const bodies = await this.#batch.read(wanted, MOST_BYTES);
    return new Map(wanted.map((oid, index) => [oid, bodies[index] as Buffer]));
  }

  async close(): Promise<void> {
    await this.#batch?.close();
    this.#batch = null;
  }
}

/** Readers that are open at the same time: each may have a process of its own. */
const OPEN_MAX = 4;

/** The readers of several repos, each open until others are asked. Close them when done. */
export class RecordReaders {
  readonly #open = new Map<RepoHistory, RecordReader>();

  async of(history: RepoHistory): Promise<RecordReader> {
    const reader = this.#open.get(history) ?? new RecordReader(history);
    this.#open.delete(history);
    this.#open.set(history, reader);
    const [oldest] = this.#open;
    if (this.#open.size > OPEN_MAX && oldest !== undefined) {
      this.#open.delete(oldest[0]);
      await oldest[1].close();
    }
    return reader;
  }

  async close(): Promise<void> {
    for (const reader of this.#open.values()) await reader.close();
    this.#open.clear();
  }
}
