import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { readFields } from '../../history/read-fields.js';
import type { KnownFile, Life, Sums } from '../../history/states/checksums.js';
import { Checksums } from '../../history/states/checksums.js';
import type { EntryAt } from '../../history/states/record-reader.js';
import { RecordReader } from '../../history/states/record-reader.js';
import type { EntryStat } from '../../history/states/recorded-entry.js';
import { hasRecord, isAnswered, statFrom } from '../../history/states/recorded-entry.js';
import type { RepoHistory } from '../../history/states/repo-history.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { RowKind, VersionRow } from '../tables/stored-rows.js';
import type { RecordChange } from './branch-changes.js';
import type { Nesting } from './nesting.js';

/** A state that a path still has, or had until what changes next. */
export interface Opened {
  /** Seconds since 1970. */
  readonly from: number;
  /** What the path had before, in bytes; null if there was nothing. */
  readonly sizeBefore: number | bigint | null;
}

/** Of which repo rows are, and where they go. */
export interface VersionTarget {
  readonly id: string;
  readonly history: RepoHistory;
  readonly nesting: Nesting;
  add(row: VersionRow): void;
}

/** Records that are read at once. */
const PIECE = 1024;

interface Read {
  readonly path: ByteString;
  readonly stat: EntryStat;
  readonly isSubmodule: boolean;
}

/**
 * Makes rows of the records of one repo: of states that have ended, in the order of time; then of those that have not. Close it when
 * done.
 */
export class VersionWriter {
  readonly #records: RecordReader;
  readonly #checksums: Checksums;

  /**
   * @param opened what is known of the paths that change; later on, of those that have changed
   * @param otherwise of all other paths: they have what they had in the first record
   */
  constructor(
    private readonly target: VersionTarget,
    private readonly opened: Map<ByteString, Opened>,
    private readonly otherwise: Opened | null,
  ) {
    this.#records = new RecordReader(target.history);
    this.#checksums = new Checksums(target.history);
  }

  /** Writes the states that changes have ended, and remembers those that have begun. */
  async end(changes: Iterable<RecordChange>): Promise<void> {
    // What changes twice needs what it had in between, so a piece ends with its second.
    let piece: RecordChange[] = [];
    for (const change of changes) {
      if (piece.length >= PIECE || (piece[0] !== undefined && piece[0].seconds !== change.seconds)) {
        await this.#endAll(piece);
        piece = [];
      }
      piece.push(change);
    }
    await this.#endAll(piece);
  }

  /** Writes states that have not ended. @param tree the newest one of `stat` */
  async current(entries: Iterable<EntryAt & { readonly entry: { readonly name: ByteString } }>, tree: Oid): Promise<void> {
    let piece: EntryAt[] = [];
    for (const each of entries) {
      if (!isAnswered(each.path, each.entry)) continue;
      piece.push(each);
      if (piece.length < PIECE) continue;
      await this.#writeCurrent(piece, tree);
      piece = [];
    }
    await this.#writeCurrent(piece, tree);
  }

  async close(): Promise<void> {
    await this.#records.close();
  }

  #openedAt(path: ByteString): Opened {
    const found = this.opened.get(path) ?? this.otherwise;
    if (found === null) throw new RangeError('a state without a beginning');
    return found;
  }

  async #endAll(piece: readonly RecordChange[]): Promise<void> {
    const [first] = piece;
    if (first === undefined) return;
    const ended = piece.flatMap(({ path, before }) => (before === null ? [] : [{ path, entry: before }]));
    const read = await this.#read(ended);
    const lives = read.map(({ path }) => ({ begin: this.#openedAt(path).from, end: first.seconds }));
    const sums = await this.#sums(read, lives, first.treeBefore);
    let index = 0;
    for (const { path, before, after, seconds } of piece) {
      const was = before === null ? null : (read[index] as Read);
      if (was !== null) {
        this.#add(was, this.#openedAt(path), { to: seconds, isGone: after === null, sums: sums[index] ?? null, inode: null });
        index += 1;
      }
      if (after === null) this.opened.delete(path);
      else this.opened.set(path, { from: seconds, sizeBefore: was?.stat.size ?? null });
    }
  }

  async #writeCurrent(piece: readonly EntryAt[], tree: Oid): Promise<void> {
    const read = await this.#read(piece);
    const lives = read.map(({ path }) => ({ begin: this.#openedAt(path).from, end: null }));
    const sums = await this.#sums(read, lives, tree);
    for (const [index, each] of read.entries()) {
      const own = sums[index] ?? null;
      const inode = own === null ? null : this.#checksums.hashedInode(each.path);
      this.#add(each, this.#openedAt(each.path), { to: null, isGone: false, sums: own, inode });
    }
  }

  #add({ path, stat, isSubmodule }: Read, { from, sizeBefore }: Opened, end: Pick<VersionRow, 'to' | 'isGone' | 'sums' | 'inode'>): void {
    const { id, history, nesting } = this.target;
    const relative = path === NOGTREE ? '' : path;
    const isSum = stat.kind === 'summary';
    const kind: RowKind =
      relative === '' ? 'toplevel'
      : stat.kind !== 'summary' ? stat.kind
      : isSubmodule ? 'submodule'
      : 'bundle';
    const { size, files, mtime } = stat;
    const whole = relative === '' ? history.repo.realdir : joinPath(history.repo.realdir, relative);
    const countedUntil = nesting.countedUntil(relative, isSum);
    this.target.add({ repo: id, path: whole, kind, size, files, mtime, from, sizeBefore, countedUntil, ...end });
  }

  async #read(entries: readonly EntryAt[]): Promise<Read[]> {
    const bodies = await this.#records.bodiesOf(entries.filter(({ entry }) => hasRecord(entry)));
    return entries.map(({ path, entry }) => {
      const body = hasRecord(entry) ? (bodies.get(entry.oid) ?? null) : null;
      const stat = statFrom(path, entry, body);
      const isSummary = stat.kind === 'summary';
      const isSubmodule = isSummary && (entry.mode === FileMode.gitlink || (body !== null && readFields(body).has('submodule')));
      return { path, stat, isSubmodule };
    });
  }

  /** The checksums of each, if it is a file and they belong to that state. */
  async #sums(read: readonly Read[], lives: readonly Life[], tree: Oid): Promise<readonly (Sums | null)[]> {
    const files = read.flatMap(({ path, stat }, index): (KnownFile & { readonly index: number })[] => {
      return stat.kind === 'file' && path !== NOGTREE ? [{ path, stat, life: lives[index] ?? {}, index }] : [];
    });
    const sums: (Sums | null)[] = read.map(() => null);
    if (files.length === 0) return sums;
    const found = await this.#checksums.ofAll(files, { stat: { oid: tree, tree, seconds: 0 }, index: 0 }, this.#records);
    for (const [index, file] of files.entries()) sums[file.index] = found[index] ?? null;
    return sums;
  }
}
