import { resolveIdentity } from '../../git/commits/identity.js';
import type { Oid } from '../../git/objects/object-id.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { updateRef } from '../../git/refs/refs.js';
import { atPath } from '../../util/at-path.js';
import type { Heads } from '../../shadow/read/heads.js';
import { gitNogCommitOf, readHeads } from '../../shadow/read/heads.js';
import { readMetadata } from './read-metadata.js';
import type { Metadata } from '../../record/metadata-json.js';
import { decodeMetadata, encodeMetadata } from '../../record/metadata.js';
import { metadataFile, metadataPath } from '../../record/metadata-path.js';
import { branchOf } from '../../shadow/facets.js';
import type { LockHandle } from '../../shadow/lock/lock.js';
import { acquireLock } from '../../shadow/lock/lock.js';
import { stubCommit } from '../../shadow/stub/read-stub.js';
import { lockOptionsOf, repoLockPath } from '../../shadow/lock/repo-lock.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Transaction } from '../../shadow/transaction/transaction.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import { editFiles } from './metadata-tree.js';
import { inTransaction } from '../../shadow/transaction/in-transaction.js';
import { refuseLostBranch } from '../../shadow/read/lost-branch.js';

const META_BRANCH = branchOf('meta');

/** A change of the metadata of one path: `.` is the toplevel, directories end with a slash. */
export type MetadataChange = { readonly path: ByteString } & (
  | { readonly replaceBy: Metadata }
  | { readonly merge: Metadata }
  | { readonly removeKeys: readonly string[] }
);

/** What must hold for a change to happen, and how the commit describes it. */
export interface MetaOptions {
  /** The commit that `master-meta` must have; an absent branch never has it. */
  readonly expectedCommit?: Oid;
  /** The state that the four branches must have, as 64 hexadecimal digits. */
  readonly expectedGitNogCommit?: string;
  /** One line for the commit; the time follows it. */
  readonly message?: string;
}

/** The state after a change. */
export interface MetaResult {
  readonly heads: Heads;
  readonly gitNogCommit: string;
  /** True if `master-meta` was moved or created. */
  readonly isNewCommit: boolean;
}

/**
 * Changes metadata of several paths in one commit on `master-meta`, all or nothing. A record without
 * keys is removed. If the branch does not exist, it is created at the commit of the stub; that remains
 * even if the changes fail.
 * @throws UsageError for a path or key that cannot be recorded, FsoError if the state is not the expected one
 */
export async function changeMetadata(
  repo: ShadowRepo,
  changes: readonly MetadataChange[],
  options: MetaOptions & RunOptions,
): Promise<MetaResult> {
  for (const { path } of changes) metadataFile(path);
  return whileLocked(repo, options, async (locked) => {
    const created = createBranch(repo, locked);
    return changeOnce(repo, changes, created, locked);
  });
}

/**
 * Takes the locks before the branch is read: other facets observe first and lock when they write, but
 * here that would only mean to start again whenever somebody else was faster.
 */
async function whileLocked<T, Options extends RunOptions>(
  repo: ShadowRepo,
  options: Options,
  work: (options: Options) => Promise<T>,
): Promise<T> {
  if (options.holdsRepoLock === true) return work(options);
  const locks: LockHandle[] = [];
  try {
    locks.push(await acquireLock(repoLockPath(repo), 'shared', lockOptionsOf(options)));
    locks.push(await acquireLock(`${repoLockPath(repo)}-meta`, 'exclusive', lockOptionsOf(options)));
    return await work({ ...options, holdsRepoLock: true });
  } finally {
    for (const lock of locks.reverse()) lock.release();
  }
}

/** Creates the branch if it does not exist; returns its commit then, else null. */
function createBranch(repo: ShadowRepo, options: MetaOptions & RunOptions): Oid | null {
  if (repo.head('meta') !== null) return null;
  refuseLostBranch(repo.gitDir, META_BRANCH);
  checkExpected(repo, null, options);
  const stub = stubCommit(repo);
  const { committer } = resolveIdentity(repo.gitDir, options.env, new Date());
  updateRef(repo.gitDir, META_BRANCH, { expected: null, next: stub, message: 'git-fso: meta', who: committer });
  return stub;
}

/** @param created the commit at which this call has created the branch, which the caller cannot have seen */
function changeOnce(
  repo: ShadowRepo,
  changes: readonly MetadataChange[],
  created: Oid | null,
  options: MetaOptions & RunOptions,
): Promise<MetaResult> {
  return inTransaction(repo, 'meta', options, async (transaction) => {
    const { base } = transaction;
    if (created === null || base.commit !== created) checkExpected(repo, base.commit, options);
    const tree = editFiles(transaction, base.tree, recordsAfter(transaction, changes));
    const isChanged = tree !== base.tree;
    if (isChanged) await transaction.commit(tree, options.message ?? 'meta');
    const heads = readHeads(repo.gitDir);
    return { heads, gitNogCommit: gitNogCommitOf(heads), isNewCommit: isChanged || created !== null };
  });
}

/**
 * The other facets may move right after this check: that is the same as if they moved after the
 * commit, since the changes do not depend on them.
 */
function checkExpected(repo: ShadowRepo, meta: Oid | null, options: MetaOptions): void {
  const { expectedCommit, expectedGitNogCommit } = options;
  if (expectedGitNogCommit !== undefined) {
    const actual = gitNogCommitOf(readHeads(repo.gitDir));
    if (actual !== expectedGitNogCommit) {
      throw new FsoError(`old Git Nog commit mismatch: expected ${expectedGitNogCommit}, found ${actual}`, {
        remedy: 'look at what changed, and try again with the commit that `git-fso head` prints',
      });
    }
  }
  if (expectedCommit !== undefined && expectedCommit !== meta) {
    const actual = meta === null ? 'no branch master-meta' : oidToHex(meta);
    throw new FsoError(`old meta Git commit mismatch: expected ${oidToHex(expectedCommit)}, found ${actual}`, {
      remedy: 'look at what changed, and try again with the commit that `git-fso head` prints',
    });
  }
}

/** The new records by file, null for those to remove; of several changes of a path each sees the one before. */
function recordsAfter({ reader, base }: Transaction, changes: readonly MetadataChange[]): Map<ByteString, Buffer | null> {
  const after = new Map<ByteString, Metadata>();
  for (const change of changes) {
    const file = metadataFile(change.path);
    const current = (): Metadata => after.get(file) ?? readMetadata(reader, base.tree, change.path);
    after.set(file, changedBy(change, current));
  }
  return new Map([...after].map(([file, metadata]) => [file, recordOf(file, metadata)]));
}

/** @param current reads what is recorded, which may be damaged; a replacement does not need it */
function changedBy(change: MetadataChange, current: () => Metadata): Metadata {
  if ('replaceBy' in change) return change.replaceBy;
  if ('merge' in change) return new Map([...current(), ...change.merge]);
  const kept = new Map(current());
  for (const key of change.removeKeys) kept.delete(key);
  return kept;
}

function recordOf(file: ByteString, metadata: Metadata): Buffer | null {
  if (metadata.size === 0) return null;
  return atPath(metadataPath(file), () => {
    const body = Buffer.from(encodeMetadata(metadata), 'utf8');
    // White space around a record is dropped when it is read, and with it the beginning of such a key.
    const readBack = decodeMetadata(body);
    const lost = [...metadata.keys()].find((key) => !readBack.has(key.toWellFormed()));
    if (lost === undefined) return body;
    throw new UsageError(`the key ${JSON.stringify(lost)} starts with white space`);
  });
}
