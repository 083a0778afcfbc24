import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { NOGTREE } from '../../record/records.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { RecordedCommit } from '../../git/commits/first-parents.js';
import type { ByteString } from '../../util/byte-string.js';
import { firstParents, indexAt } from '../../git/commits/first-parents.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';

/** What one repo had recorded at a time. */
export interface RepoState {
  /** The commit of `master-stat`, and where it stands in `RepoHistory.stat`. */
  readonly stat: RecordedCommit;
  readonly index: number;
}

/**
 * The histories of one repo, read when they are first asked for. Close it when done: it holds open files; it may be asked again.
 * Whatever it is asked may throw FsoError, if something of the repo cannot be read.
 */
export class RepoHistory {
  #reader: ObjectReader | null = null;
  #stat: readonly RecordedCommit[] | null = null;
  #sha: readonly RecordedCommit[] | null = null;

  constructor(readonly repo: ShadowRepo) {}

  get reader(): ObjectReader {
    return (this.#reader ??= ObjectReader.open(this.repo.gitDir));
  }

  /** Commits of `master-stat`, the oldest first, from the first one with a record on: before there is only the stub. */
  get stat(): readonly RecordedCommit[] {
    if (this.#stat === null) {
      const commits = this.#historyOf('stat');
      const first = commits.findIndex(({ tree }) => this.reader.findInTree(tree, NOGTREE) !== null || this.hasFiles(tree));
      this.#stat = first < 0 ? [] : commits.slice(first);
    }
    return this.#stat;
  }

  /** Commits of `master-sha`, the oldest first. */
  get sha(): readonly RecordedCommit[] {
    return (this.#sha ??= this.#historyOf('sha'));
  }

  /** The tree of the first record: what it holds is newly observed, which does not mean newly created. Null if there is none. */
  get firstTree(): Oid | null {
    return this.stat[0]?.tree ?? null;
  }

  /**
   * What was recorded at a time; null if records begin later.
   * @param seconds since 1970; infinite for now
   */
  at(seconds: number): RepoState | null {
    return this.byIndex(indexAt(this.stat, seconds));
  }

  /** True if a tree of `stat` records more than the sum of the whole. */
  hasFiles(tree: Oid): boolean {
    return this.reader.readTree(tree).some(({ name }) => !isReserved(name));
  }

  /** What a commit of `stat` had recorded, by its index; null for the one before the first. */
  byIndex(index: number): RepoState | null {
    const stat = this.stat[index];
    return stat === undefined ? null : { stat, index };
  }

  /** True if a path was recorded at any time. @param path relative to the realdir, not empty */
  hasRecorded(path: ByteString): boolean {
    return this.nearestRecorded(path) === path;
  }

  /** The longest beginning of a path that was recorded at any time; empty if there is none. @param path relative to the realdir */
  nearestRecorded(path: ByteString): ByteString {
    const trees = new TreePaths(this.reader);
    let near = path;
    const isRecorded = (at: ByteString): boolean => this.stat.some(({ tree }) => trees.find(tree, at) !== null);
    while (near !== '' && !isRecorded(near)) near = near.slice(0, Math.max(near.lastIndexOf('/'), 0));
    return near;
  }

  /** Closes all files, and forgets objects; commits stay known. */
  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  #historyOf(facet: 'stat' | 'sha'): readonly RecordedCommit[] {
    const tip = this.repo.head(facet);
    return tip === null ? [] : firstParents(this.repo.gitDir, this.reader, tip);
  }
}
