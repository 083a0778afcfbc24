import type { Ground, OnProblem } from '../../history/places/ground.js';
import type { LockOptions } from '../../shadow/lock/lock.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { IndexDirectory, OpenFiles } from '../files/index-directory.js';
import type { KnownRepo, Layer, Manifest, RootFiles } from '../files/manifest.js';
import { layersOf, NO_MANIFEST } from '../files/manifest.js';
import type { Nesting } from '../gather/nesting.js';
import { nestingsOf } from '../gather/nesting.js';
import type { RepoNews } from '../gather/repo-news.js';
import { newsOf } from '../gather/repo-news.js';
import { indexChanges, indexWhole, readChanges, wholePath } from './index-repo.js';
import type { RepoChanges } from './index-repo.js';
import type { FoundRepo } from './repos-to-index.js';
import { reposToIndex } from './repos-to-index.js';
import { Workbench } from './workbench.js';

/** When the deltas of a root are joined with its base. */
export interface JoinAt {
  /** More deltas than that. */
  readonly deltas: number;
  /** A larger part of the base's rows in them. */
  readonly share: number;
}

const JOIN_AT: JoinAt = { deltas: 50, share: 0.1 };
/** Paths whose states are looked up together. */
const TOUCHED_MAX = 200_000;

/** How to bring the index up to date. */
export interface UpdateOptions extends LockOptions {
  /** Told of a repo that cannot be read: the index keeps what it has of it. */
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
  /** Roots whose repos are left as they are in the index. */
  readonly leavesOut?: (root: ByteString) => boolean;
  readonly joinAt?: JoinAt;
}

/** What an update did. */
export interface UpdateResult {
  readonly repos: number;
  /** Repos that were read, in whole or in part. */
  readonly changed: number;
  /** Repos that are in the index no longer. */
  readonly removed: number;
  /** Rows that were written, without those of joined files. */
  readonly rows: number;
  /** Roots whose files were joined. */
  readonly joined: number;
}

/**
 * Brings the index up to date with all records below a shadow root: it costs what has changed.
 * @throws LockedError if another process does so; FsoError if DuckDB is not there, or the index cannot be written
 */
export async function updateIndex(ground: Ground, options: UpdateOptions): Promise<UpdateResult> {
  const directory = new IndexDirectory(ground.location.root);
  const lock = await directory.lock(options);
  try {
    const manifest = completeParts(directory, directory.manifest() ?? NO_MANIFEST);
    directory.removeOthers(manifest);
    return await new Update(directory, manifest, options).run(ground);
  } finally {
    lock.release();
  }
}

/** The index without roots of which files are missing: somebody has deleted some. */
function completeParts(directory: IndexDirectory, manifest: Manifest): Manifest {
  const isThere = (root: RootFiles): boolean => {
    const names = layersOf(root).flatMap(({ versions, runs }) => [versions, runs].flatMap((name) => name ?? []));
    try {
      new OpenFiles(directory.path, names).close();
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  };
  const roots = manifest.roots.filter(isThere);
  const kept = new Set(roots.map(({ path }) => path));
  return { ...manifest, roots, repos: manifest.repos.filter(({ root }) => kept.has(root)) };
}

/** A repo that the index is to have. */
interface Planned {
  readonly found: FoundRepo;
  readonly news: RepoNews;
  readonly nesting: Nesting;
  /** All of it is to be read: nothing that it had in the index counts any more. */
  readonly isWhole: boolean;
}

interface PlannedChanges {
  readonly planned: Planned;
  readonly changes: RepoChanges;
}

class Update {
  /** By id, what the index is going to know. */
  readonly #known = new Map<string, KnownRepo>();
  /** Repos that could not be read to their end. */
  readonly #failed = new Set<string>();
  /** Repos of which something was read, and those of which all was. */
  readonly #changed = new Set<string>();
  readonly #whole = new Set<string>();

  constructor(
    private readonly directory: IndexDirectory,
    private readonly manifest: Manifest,
    private readonly options: UpdateOptions,
  ) {}

  async run(ground: Ground): Promise<UpdateResult> {
    const { repos, kept } = reposToIndex(ground, this.manifest, this.options.onProblem);
    for (const known of kept) this.#known.set(known.id, known);
    const due: Planned[] = [];
    for (const planned of await this.#plan(repos)) {
      const { found, news, nesting, isWhole } = planned;
      if (this.options.leavesOut?.(found.root) === true) this.#keep(found);
      else if (isWhole || news.branches !== null) due.push(planned);
      else this.#known.set(found.id, { ...news.next, nesting: nesting.signature });
    }
    const removed = this.manifest.repos.filter(({ id }) => !this.#known.has(id) && !due.some(({ found }) => found.id === id));
    if (due.length === 0 && removed.length === 0) return this.#writeNothingNew();
    const bench = await Workbench.open(this.directory, this.manifest);
    try {
      await bench.begin();
      await this.#index(bench, due);
      await bench.end([...this.#failed]);
      return await this.#write(bench);
    } finally {
      bench.close();
    }
  }

  /** Without DuckDB, which takes its time to start. */
  #writeNothingNew(): UpdateResult {
    this.directory.replace({ ...this.manifest, updatedAt: Date.now(), repos: [...this.#known.values()] });
    return { repos: this.#known.size, changed: 0, removed: 0, rows: 0, joined: 0 };
  }

  /** The index keeps what it has of a repo. */
  #keep({ id, known }: FoundRepo): void {
    if (known !== null) this.#known.set(id, known);
  }

  /** Does something with a repo; if that fails, tells it, and the index keeps what it has. @returns null then */
  async #unlessBroken<T>(found: FoundRepo, action: () => T | Promise<T>): Promise<T | null> {
    try {
      const turn = this.options.yieldTurn();
      if (turn !== undefined) await turn;
      return await action();
    } catch (error) {
      if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
      this.#failed.add(found.id);
      this.#changed.delete(found.id);
      this.#whole.delete(found.id);
      this.#keep(found);
      this.options.onProblem(found.repo.realdir, error as Error);
      return null;
    }
  }

  async #plan(repos: readonly FoundRepo[]): Promise<readonly Planned[]> {
    const readable: { readonly found: FoundRepo; readonly news: RepoNews }[] = [];
    for (const found of repos) {
      const { repo, id, root, known } = found;
      const news = await this.#unlessBroken(found, () => newsOf(repo, id, root, known));
      if (news !== null) readable.push({ found, news });
    }
    const facts = readable.map(({ news: { repo, next, tree } }) => {
      return { repo, tree, firstRecord: next.firstRecord, isOneSum: next.isOneSum };
    });
    const nestings = nestingsOf(facts);
    return readable.flatMap(({ found, news }): Planned[] => {
      const nesting = nestings.get(found.repo.directory);
      if (nesting === undefined) return [];
      return [{ found, news, nesting, isWhole: news.before === null || news.before.nesting !== nesting.signature }];
    });
  }

  /** Adds rows of all repos in which something is new. */
  async #index(bench: Workbench, due: readonly Planned[]): Promise<void> {
    let batch: PlannedChanges[] = [];
    let touched = 0;
    for (const planned of due.filter(({ isWhole }) => !isWhole)) {
      const changes = await this.#unlessBroken(planned.found, () => readChanges(planned.news));
      if (changes === null) continue;
      batch.push({ planned, changes });
      touched += changes.touched.length;
      if (touched < TOUCHED_MAX) continue;
      await this.#indexBatch(bench, batch);
      [batch, touched] = [[], 0];
    }
    await this.#indexBatch(bench, batch);
    for (const planned of due) if (planned.isWhole) await this.#indexWhole(bench, planned);
  }

  async #indexBatch(bench: Workbench, batch: readonly PlannedChanges[]): Promise<void> {
    const paths = batch.flatMap(({ planned: { found }, changes }) => {
      return changes.touched.map((path) => ({ repo: found.id, path: wholePath(found.repo.realdir, path) }));
    });
    const states = await bench.statesOf(paths, this.manifest.roots);
    let index = 0;
    for (const { planned, changes } of batch) {
      const { found, news, nesting } = planned;
      const own = states.slice(index, index + changes.touched.length);
      index += changes.touched.length;
      const isDone = await this.#unlessBroken(found, () => indexChanges(changes, own, nesting, bench));
      if (isDone === false) await this.#indexWhole(bench, planned);
      if (isDone !== true) continue;
      this.#changed.add(found.id);
      this.#known.set(found.id, { ...news.next, nesting: nesting.signature });
    }
  }

  async #indexWhole(bench: Workbench, { found, nesting }: Planned): Promise<void> {
    await this.#unlessBroken(found, async () => {
      const news = newsOf(found.repo, found.id, found.root, null);
      await indexWhole(news, nesting, bench);
      this.#changed.add(found.id);
      this.#whole.add(found.id);
      this.#known.set(found.id, { ...news.next, nesting: nesting.signature });
    });
  }

  /** Makes files of the new rows, and the index one that has them. */
  async #write(bench: Workbench): Promise<UpdateResult> {
    const before = new Map(this.manifest.repos.map((known) => [known.id, known]));
    const removed = [...before.keys()].filter((id) => !this.#known.has(id));
    const paths = new Set([...this.manifest.roots.map(({ path }) => path), ...[...this.#known.values()].map(({ root }) => root)]);
    let { nextLayer } = this.manifest;
    let joined = 0;
    let rows = 0;
    const roots: RootFiles[] = [];
    for (const path of [...paths].sort()) {
      const old = this.manifest.roots.find((root) => root.path === path) ?? { path, base: null, deltas: [], dropped: [] };
      const number = nextLayer++;
      const gone = [...removed, ...this.#whole].filter((id) => before.get(id)?.root === path);
      const root = { ...old, dropped: [...old.dropped, ...gone.map((repo) => ({ repo, before: number }))] };
      const repos = [...this.#changed].filter((id) => this.#known.get(id)?.root === path);
      const added = await bench.countOf(repos);
      rows += added;
      if (root.base !== null && isTooMuch(root.base, root.deltas, added, this.options.joinAt ?? JOIN_AT)) {
        const base = await bench.writeBase(number, root, repos);
        joined += 1;
        if (base !== null) roots.push({ path, base, deltas: [], dropped: [] });
        continue;
      }
      const layer = await bench.writeLayer(number, repos);
      if (root.base !== null) roots.push({ ...root, deltas: layer === null ? root.deltas : [...root.deltas, layer] });
      else if (layer !== null) roots.push({ path, base: layer, deltas: [], dropped: [] });
    }
    this.directory.replace({ ...this.manifest, updatedAt: Date.now(), nextLayer, roots, repos: [...this.#known.values()] });
    return { repos: this.#known.size, changed: this.#changed.size, removed: removed.length, rows, joined };
  }
}

/** @param added rows that are to come */
function isTooMuch(base: Layer, deltas: readonly Layer[], added: number, joinAt: JoinAt): boolean {
  const rows = deltas.reduce((sum, layer) => sum + layer.rows, added);
  return deltas.length + (added > 0 ? 1 : 0) > joinAt.deltas || rows > joinAt.share * base.rows;
}
