import type { RawObject } from '../../git/objects/base-cache.js';
import type { LargeBlob } from '../../git/objects/blob-stream.js';
import type { Signature } from '../../git/commits/commit-codec.js';
import { resolveIdentity } from '../../git/commits/identity.js';
import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { ObjectWriter } from '../../git/objects/object-writer.js';
import type { KeepGuard } from '../../git/packs/keep-guard.js';
import { readRef, updateRef } from '../../git/refs/refs.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time/time.js';
import { removePacksOfDeadRuns } from '../gc/leftovers.js';
import { closeOlder } from '../access/close.js';
import type { LockHandle } from '../lock/lock.js';
import { acquireLock } from '../lock/lock.js';
import { originOf, takeOver } from '../layout/original.js';
import { lockOptionsOf, repoLockPath } from '../lock/repo-lock.js';
import type { RunOptions } from './run-options.js';
import { throwIfCancelled } from './run-options.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { putHeadBack } from '../stub/stub-head.js';
import { refuseLostBranch } from '../read/lost-branch.js';

/** The commit that a run started from, and its tree; null if the branch does not exist. */
export interface Base {
  readonly commit: Oid | null;
  readonly tree: Oid | null;
}

/** A ref that is to be moved; null for one that does not exist, or shall not. */
export interface RefMove {
  readonly ref: string;
  readonly expected: Oid | null;
  readonly next: Oid | null;
}

/** Whoever writes objects of a transaction into packs of their own. */
export interface PackPartner {
  /** Puts them on disk, guarded. */
  finish(): Promise<readonly KeepGuard[]>;
  /** True if one of them has ended without removing what it has written. */
  readonly hasDied: boolean;
}

/**
 * Moves one branch of a shadow repo by one commit. Objects are on disk before the branch names
 * them; the branch moves only if it still is where it was at the beginning. Locks are taken when
 * something is to be written, so that a run that finds nothing disturbs nobody.
 */
export class Transaction {
  readonly base: Base;
  readonly reader: ObjectReader;
  private writer: ObjectWriter | null = null;
  private locks: LockHandle[] | null = null;
  /** Pending while the locks are being taken. */
  private locking: Promise<void> | null = null;
  private isClosed = false;
  private partner: PackPartner | null = null;

  /**
   * @param branch full name of the ref that is to be moved
   * @param lockName the writer's lock, `stat` for `.git/fso/lock-stat`
   */
  constructor(
    private readonly repo: ShadowRepo,
    private readonly branch: string,
    private readonly lockName: string,
    private readonly options: RunOptions,
  ) {
    closeOlder(repo, options);
    const commit = readRef(repo.gitDir, branch);
    if (commit === null) refuseLostBranch(repo.gitDir, branch);
    this.reader = repo.reader ?? ObjectReader.open(repo.gitDir);
    this.base = { commit, tree: commit === null ? null : this.reader.readCommit(commit).tree };
  }

  /** Takes the locks; undefined if they are held already. */
  lock(): Promise<void> | undefined {
    return this.locks === null ? (this.locking ??= this.takeLocks()) : undefined;
  }

  private async takeLocks(): Promise<void> {
    if (this.options.holdsRepoLock === true) {
      this.locks = [];
      return;
    }
    const options = lockOptionsOf(this.options);
    const shared = await acquireLock(repoLockPath(this.repo), 'shared', options);
    try {
      this.locks = [await acquireLock(`${repoLockPath(this.repo)}-${this.lockName}`, 'exclusive', options), shared];
    } catch (error) {
      shared.release();
      throw error;
    }
    removePacksOfDeadRuns(this.repo.gitDir, this.lockName);
  }

  /** Stores a blob. */
  writeBlob(body: Buffer | string): Oid {
    return this.objects().writeBlob(body);
  }

  /** Stores a blob that is too large for memory; `oid` is its id. */
  writeLargeBlob(oid: Oid, blob: LargeBlob): Promise<void> {
    return this.objects().writeLargeBlob(oid, blob, this.options.signal);
  }

  /** Stores a tree; entries in Git's order. */
  writeTree(entries: readonly TreeEntry[]): Oid {
    return this.objects().writeTree(entries);
  }

  /** Stores an object that somebody else has made. */
  writeObject(object: RawObject): Oid {
    return this.objects().writeObject(object);
  }

  /** Has objects that others have written on disk, too, before the refs move. */
  joinWith(partner: PackPartner): void {
    this.partner = partner;
  }

  private objects(): ObjectWriter {
    // What was begun before a failure may still arrive; nobody would ever remove the pack that it opens.
    if (this.isClosed) throw new FsoError(`${textOfBytes(this.repo.directory)}: the run has ended; nothing more is written`);
    // A pack can be guarded against a concurrent prune, loose objects cannot.
    this.writer ??= ObjectWriter.open(this.repo.gitDir, { looseMax: 0, owner: this.lockName });
    return this.writer;
  }

  /**
   * Commits a tree (null: the empty tree) and moves the branch to it.
   * @param subject what the message starts with; the time follows
   * @param mergedFrom further parents
   * @param followers refs that move after the branch, because they depend on it
   * @param precursors refs that move before it, because it depends on them
   * @throws RefMovedError if the branch was moved by somebody else meanwhile; compare again then
   */
  async commit(
    tree: Oid | null,
    subject: string,
    mergedFrom: readonly Oid[] = [],
    followers: readonly RefMove[] = [],
    precursors: readonly RefMove[] = [],
  ): Promise<Oid> {
    await this.lock();
    throwIfCancelled(this.options);
    this.options.beforeCommit?.();
    const now = new Date();
    const { author, committer } = resolveIdentity(this.repo.gitDir, this.options.env, now);
    const writer = this.objects();
    const parents = this.base.commit === null ? mergedFrom : [this.base.commit, ...mergedFrom];
    const next = writer.writeCommit({
      tree: tree ?? writer.writeTree([]),
      parents,
      author,
      committer,
      message: `${subject} ${localIsoTime(now)}\n`,
    });
    await this.publish([...precursors, { ref: this.branch, expected: this.base.commit, next }, ...followers], subject, committer);
    return next;
  }

  /** Moves refs to new objects without a commit on the branch. */
  async moveOnly(moves: readonly RefMove[], subject: string): Promise<void> {
    await this.lock();
    this.options.beforeCommit?.();
    const { committer } = resolveIdentity(this.repo.gitDir, this.options.env, new Date());
    this.objects();
    await this.publish(moves, subject, committer);
  }

  /** Objects first, durably, then the refs that name them, one after the other. */
  private async publish(moves: readonly RefMove[], subject: string, who: Signature): Promise<void> {
    if (originOf(this.repo.gitDir) === 'original') await putHeadBack(this.repo.gitDir);
    const guards = await this.finishObjects();
    try {
      if (takeOver(this.repo.gitDir)) {
        this.options.onTakeOver?.(this.repo.directory);
        closeOlder(this.repo, this.options);
      }
      for (const { ref, expected, next } of moves) {
        updateRef(this.repo.gitDir, ref, { expected, next, message: `git-fso: ${subject}`, who });
      }
    } finally {
      for (const guard of guards) guard.release();
    }
  }

  /** All of it or nothing: where one pack fails, nobody needs the others. */
  private async finishObjects(): Promise<KeepGuard[]> {
    const partner = this.partner?.finish() ?? Promise.resolve([]);
    const [others, own] = await Promise.allSettled([partner, this.finishOwn()]);
    const guards = [...(others.status === 'fulfilled' ? others.value : []), ...(own.status === 'fulfilled' ? [own.value] : [])];
    for (const end of [own, others]) {
      if (end.status === 'fulfilled') continue;
      for (const guard of guards) guard.discard();
      throw end.reason;
    }
    return guards;
  }

  private async finishOwn(): Promise<KeepGuard> {
    const guard = this.objects().finish();
    this.writer = null;
    return guard;
  }

  /** Ends the transaction: what was not committed is dropped, locks are released. */
  close(): void {
    this.isClosed = true;
    try {
      this.writer?.abort();
      // The writer's lock is held, so nobody else has temporary packs of that name.
      if (this.locks !== null && this.partner?.hasDied === true) removePacksOfDeadRuns(this.repo.gitDir, this.lockName);
      if (this.repo.reader === null) this.reader.close();
    } finally {
      // Whatever fails before that: a lock that a daemon keeps would shut everybody out until it ends.
      this.writer = null;
      for (const lock of this.locks ?? []) lock.release();
      this.locks = null;
    }
  }
}
