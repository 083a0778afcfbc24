import type { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import type { TreeBudget } from '../git/trees/tree-budget.js';
import { FileMode } from '../git/trees/tree-codec.js';
import { NOGTREE } from '../record/records.js';
import { isConfiguration, recordFiles } from '../shadow/read/tree-files.js';
import type { YieldTurn } from '../util/async/yield-regularly.js';
import { atPath } from '../util/at-path.js';
import type { ByteString } from '../util/byte-string.js';
import { directoryOf, isAtOrBelow } from '../util/byte-string.js';
import type { Counts, StatRow } from './ls.js';
import { fileRow, listStat, recordedEntry, rowOf } from './ls.js';

/**
 * The rows of `listStat`, in the same order, where those of directories that are recorded entry by entry have the sums of what is
 * recorded below, as the toplevel has: each record counts once, and the directory itself. Each subdirectory of the toplevel is added up
 * before its rows come, at the cost of 16 bytes a file.
 * @param path lists what is at and below this path only; without a slash at the end
 * @throws FsoError like `listStat`; the reason of the signal of `yieldTurn`
 */
export async function* listWithTotals(
  reader: ObjectReader,
  tree: Oid,
  path: ByteString,
  yieldTurn: YieldTurn,
): AsyncGenerator<Iterable<StatRow>> {
  const { mode, oid } = recordedEntry(reader, tree, path);
  const budget = reader.newBudget();
  if (mode !== FileMode.directory) {
    yield listStat(reader, tree, path);
    return;
  }
  if (path !== '') {
    yield rowsOf(reader, budget, await addUp(reader, budget, oid, path, yieldTurn));
    return;
  }
  for (const entry of reader.readTree(oid)) {
    if (isConfiguration(entry.name)) continue;
    if (entry.mode === FileMode.directory) yield rowsOf(reader, budget, await addUp(reader, budget, entry.oid, entry.name, yieldTurn));
    else yield [atPath(entry.name, () => rowOf(reader, budget, entry.name, entry))];
  }
}

/** A directory that was added up. */
interface AddedUp {
  readonly tree: Oid;
  readonly path: ByteString;
  readonly totals: ReadonlyMap<ByteString, Counts>;
  readonly kept: KeptFiles;
}

async function addUp(reader: ObjectReader, budget: TreeBudget, tree: Oid, path: ByteString, yieldTurn: YieldTurn): Promise<AddedUp> {
  const sums = new DirectorySums(path);
  const kept = new KeptFiles();
  for (const { path: at, entry } of recordFiles(reader, tree, path)) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    const row = atPath(at, () => rowOf(reader, budget, at, entry));
    kept.add(row);
    sums.add(directoryOf(at), entry.name === NOGTREE ? null : row);
  }
  return { tree, path, totals: sums.end(), kept };
}

function* rowsOf(reader: ObjectReader, budget: TreeBudget, { tree, path, totals, kept }: AddedUp): Generator<StatRow> {
  let index = 0;
  for (const { path: at, entry } of recordFiles(reader, tree, path)) {
    const row = kept.row(index++, at) ?? atPath(at, () => rowOf(reader, budget, at, entry));
    yield entry.name === NOGTREE ? { ...row, ...totals.get(row.path) } : row;
  }
}

/** Size and mtime of files in a row, so that their records are read once only. */
class KeptFiles {
  #numbers = new Float64Array(1024);
  #length = 0;

  add({ mode, mtime, hasMtime, size }: StatRow): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const isKept = mode === '100000' && hasMtime && typeof size === 'number' && typeof mtime === 'number';
    this.#numbers[this.#length] = isKept ? size : Number.NaN;
    this.#numbers[this.#length + 1] = isKept ? mtime : Number.NaN;
    this.#length += 2;
  }

  /** The row with this number; null if it has to be read. */
  row(index: number, path: ByteString): StatRow | null {
    const size = this.#numbers[2 * index] as number;
    return Number.isNaN(size) ? null : fileRow(path, this.#numbers[2 * index + 1] as number, size);
  }
}

interface OpenDirectory {
  readonly path: ByteString;
  readonly counts: MutableCounts;
}

type MutableCounts = { -readonly [Key in keyof Counts]: Counts[Key] };

/** Sums of directories, made while records pass in their order. */
class DirectorySums {
  readonly #totals = new Map<ByteString, Counts>();
  readonly #open: OpenDirectory[] = [];

  constructor(private readonly top: ByteString) {}

  /** @param row of what is in the directory; null for the record of the directory itself */
  add(directory: ByteString, row: StatRow | null): void {
    if (this.#open.at(-1)?.path !== directory) this.#enter(directory);
    if (row === null) return;
    const { counts } = this.#last;
    if (row.mode === '100000') {
      counts.size = add(counts.size, row.size);
      counts.files = add(counts.files, 1);
    } else if (row.mode === '120000') {
      counts.links = add(counts.links, 1);
    } else {
      addAll(counts, row);
    }
  }

  /** The sums by path of the directory. */
  end(): ReadonlyMap<ByteString, Counts> {
    while (this.#open.length > 0) this.#close();
    return this.#totals;
  }

  get #last(): OpenDirectory {
    return this.#open.at(-1) as OpenDirectory;
  }

  #enter(directory: ByteString): void {
    while (this.#open.length > 0 && !isAtOrBelow(directory, this.#last.path)) this.#close();
    if (this.#open.length === 0) this.#begin(this.top);
    for (let { path } = this.#last; path !== directory; ) {
      const slash = directory.indexOf('/', path.length + 1);
      path = slash < 0 ? directory : directory.slice(0, slash);
      this.#begin(path);
    }
  }

  #begin(path: ByteString): void {
    this.#open.push({ path, counts: { size: 0, dirs: 1, files: 0, links: 0, others: 0 } });
  }

  #close(): void {
    const { path, counts } = this.#open.pop() as OpenDirectory;
    this.#totals.set(path, counts);
    const above = this.#open.at(-1);
    if (above !== undefined) addAll(above.counts, counts);
  }
}

function addAll(sums: MutableCounts, { size, dirs, files, links, others }: Counts): void {
  sums.size = add(sums.size, size);
  sums.dirs = add(sums.dirs, dirs);
  sums.files = add(sums.files, files);
  sums.links = add(sums.links, links);
  sums.others = add(sums.others, others);
}

function add(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return BigInt(a) + BigInt(b);
}
