import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { OnProblem } from '../places/ground.js';
import type { Part } from '../places/parts.js';
import type { Sums } from '../states/checksums.js';
import type { ListedEntry, Wanted } from '../states/listed-entries.js';
import { listEntries } from '../states/listed-entries.js';
import type { EntryKind } from '../states/recorded-entry.js';
import { answeredElsewhere } from '../states/nested.js';
import type { RepoState } from '../states/repo-history.js';
import { RepoHistory } from '../states/repo-history.js';
import { isOneSum } from '../states/tracking.js';
import type { PartNode } from './part-tree.js';
import { compareTreePaths, partTrees } from './part-tree.js';

/** What was recorded about a path at a time. Sizes and numbers of files add up to those of all that is listed. */
export interface ListedItem {
  /**
   * `summary`: a directory of which only a sum is recorded, less what else is listed in it. `rest`: what the sum of a realdir has
   * beyond all that is listed in it, since it is ignored, belongs to Git, or has changed since the sum was made.
   */
  readonly kind: EntryKind | 'rest';
  /** Absolute. */
  readonly path: ByteString;
  /** Bytes. */
  readonly size: number | bigint;
  /** Regular files. */
  readonly files: number | bigint;
  /** Seconds since 1970; null where the record does not say. */
  readonly mtime: number | bigint | null;
  readonly repo: ShadowRepo;
  /** Checksums that belong to this state; null for what is no file, and where none are known, or wanted. */
  readonly sums: Sums | null;
  /** Where a link leads; null for what is none, and if that is not wanted. */
  readonly target: ByteString | null;
}

/** What to list. */
export interface ListOptions extends Wanted {
  /** Seconds since 1970; infinite for now. */
  readonly seconds: number;
  /** Told of a repo that cannot be read; the others are listed. */
  readonly onProblem: OnProblem;
}

interface Amount {
  readonly size: bigint;
  readonly files: bigint;
}

/** What is still to be listed below a directory; the generator returns how much it was. */
interface Ahead {
  readonly path: ByteString;
  /** Null for a summary that other repos record parts of. */
  readonly node: PartNode | null;
  list(): AsyncGenerator<readonly ListedItem[], Amount>;
}

const NONE: Amount = { size: 0n, files: 0n };

function sumOf(a: Amount, b: Pick<ListedItem, keyof Amount>): Amount {
  return { size: a.size + BigInt(b.size), files: a.files + BigInt(b.files) };
}

/** What a sum has beyond what of it is listed; not less than nothing, since each of several links to one file is listed with its size. */
function beyond(sum: Pick<ListedItem, keyof Amount>, listed: Amount): Amount {
  const difference = (all: number | bigint, some: bigint): bigint => (BigInt(all) > some ? BigInt(all) - some : 0n);
  return { size: difference(sum.size, listed.size), files: difference(sum.files, listed.files) };
}

/**
 * All that was recorded in parts of repos at a time, each path once, some at a time: where repos are in one another, the innermost that
 * records more than a sum answers. What is in a directory is together: paths are in Git's order, but for sums, which are listed
 * where their directory is.
 */
export async function* listParts(parts: readonly Part[], options: ListOptions): AsyncGenerator<readonly ListedItem[]> {
  for (const node of partTrees(parts)) yield* new PartListing(node, options).list();
}

class PartListing {
  readonly #repo: ShadowRepo;
  #listed = NONE;
  /** Sorted by `compareTreePaths`. */
  readonly #ahead: Ahead[];

  constructor(
    private readonly node: PartNode,
    private readonly options: ListOptions,
  ) {
    this.#repo = node.part.repo;
    this.#ahead = this.#aheadOf(node);
  }

  async *list(): AsyncGenerator<readonly ListedItem[], Amount> {
    const history = new RepoHistory(this.#repo);
    try {
      const state = history.at(this.options.seconds);
      if (state !== null) yield* this.#listRecorded(history, state);
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      this.options.onProblem(this.#repo.realdir, error);
    } finally {
      history.close();
    }
    yield* this.#listAhead(null);
    return this.#listed;
  }

  async *#listRecorded(history: RepoHistory, state: RepoState): AsyncGenerator<readonly ListedItem[]> {
    const { realdir } = this.#repo;
    const isWanted = (relative: ByteString): boolean => this.#isAnswered(joinPath(realdir, relative));
    let whole: ListedEntry | null = null;
    for await (const entries of listEntries(history, state, this.options, this.node.part.path, isWanted)) {
      let items: ListedItem[] = [];
      for (const entry of entries) {
        if (entry.path === '') {
          whole = entry;
          continue;
        }
        const path = joinPath(realdir, entry.path);
        if (this.#hasAheadBefore(path)) {
          yield items;
          items = [];
          yield* this.#listAhead(path);
        }
        if (entry.kind === 'summary' && this.#ahead[this.#indexOf(path)]?.path.startsWith(`${path}/`) === true) {
          this.#postpone(path, entry);
          continue;
        }
        const { kind, size, files, mtime, sums, target } = entry;
        this.#listed = sumOf(this.#listed, entry);
        items.push({ kind, path, size, files, mtime, repo: this.#repo, sums, target });
      }
      yield items;
    }
    yield* this.#listAhead(null);
    if (whole === null) return;
    const isSum = isOneSum(history.reader, state.stat.tree);
    const rest = beyond(whole, this.#listed);
    this.#listed = sumOf(this.#listed, rest);
    if (isSum || rest.size > 0n || rest.files > 0n) yield [this.#sum(isSum ? 'summary' : 'rest', realdir, rest, whole)];
  }

  #sum(kind: 'summary' | 'rest', path: ByteString, amount: Amount, { mtime }: Pick<ListedEntry, 'mtime'>): ListedItem {
    return { kind, path, ...amount, mtime, repo: this.#repo, sums: null, target: null };
  }

  /** Lists what comes before a path in the order of Git; all of it if it is null. */
  async *#listAhead(path: ByteString | null): AsyncGenerator<readonly ListedItem[]> {
    while (this.#hasAheadBefore(path)) {
      const next = this.#ahead.shift() as Ahead;
      this.#listed = sumOf(this.#listed, yield* next.list());
    }
  }

  #hasAheadBefore(path: ByteString | null): boolean {
    const [next] = this.#ahead;
    return next !== undefined && (path === null || `${next.path}/` < path);
  }

  /** False for what another repo answers for. One that does not answer gives way, and leaves those in it. */
  #isAnswered(path: ByteString): boolean {
    const index = this.#indexOf(path);
    const next = this.#ahead[index];
    if (next === undefined || next.node === null || next.path !== path) return true;
    if (answeredElsewhere({ repo: this.#repo, nested: [next.node.part.repo] }, this.options.seconds).length > 0) return false;
    this.#ahead.splice(index, 1, ...this.#aheadOf(next.node));
    return true;
  }

  /** Has a sum listed after all that other repos record in it. */
  #postpone(path: ByteString, summary: ListedEntry): void {
    const start = this.#indexOf(path);
    const end = this.#ahead.findIndex((each, index) => index >= start && !each.path.startsWith(`${path}/`));
    const inside = this.#ahead.slice(start, end < 0 ? undefined : end);
    const sum = (amount: Amount): ListedItem => this.#sum('summary', path, amount, summary);
    async function* list(): AsyncGenerator<readonly ListedItem[], Amount> {
      let listed = NONE;
      for (const each of inside) listed = sumOf(listed, yield* each.list());
      const remaining = beyond(summary, listed);
      yield [sum(remaining)];
      return sumOf(listed, remaining);
    }
    this.#ahead.splice(start, inside.length, { path, node: null, list });
  }

  #aheadOf({ inside }: PartNode): Ahead[] {
    return inside.map((node) => ({ path: node.path, node, list: () => new PartListing(node, this.options).list() }));
  }

  /** Where a directory is in what is ahead, or would be. */
  #indexOf(path: ByteString): number {
    let [start, end] = [0, this.#ahead.length];
    while (start < end) {
      const middle = (start + end) >> 1;
      if (compareTreePaths(this.#ahead[middle] as Ahead, { path }) < 0) start = middle + 1;
      else end = middle;
    }
    return start;
  }
}
