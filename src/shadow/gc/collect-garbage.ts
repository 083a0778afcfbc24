import { existsSync, rmSync } from 'node:fs';
import { runGit } from '../../git/process/run-git.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, LockedError } from '../../util/errors.js';
import { linkSignals } from '../../util/async/linked-signal.js';
import { gitFailure } from '../../git/process/git-failure.js';
import { rememberLooseLeft } from './gc-need.js';
import { removeLeftovers } from './leftovers.js';
import { hasWaiters } from '../lock/lock.js';
import type { ObjectStoreSize } from './object-store-size.js';
import { measureObjectStore } from './object-store-size.js';
import { repack } from './repack.js';
import { repoLockPath, whileAlone } from '../lock/repo-lock.js';
import type { RunOptions } from '../transaction/run-options.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { parseDuration } from '../../util/time/durations.js';
import { DEFAULTS } from '../../defaults.js';

/** How to collect garbage. */
export interface GcOptions {
  /** Unreachable objects go when they are older than this, in milliseconds; default two weeks, as for Git. */
  readonly expireMs?: number;
}

/** What was collected. */
export interface GcResult {
  readonly before: ObjectStoreSize;
  readonly after: ObjectStoreSize;
  /** Files of killed processes that were removed. */
  readonly leftovers: number;
}

/** How often to look for processes that wait for the lock, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** Up to this many bytes of packs are compressed anew each time. A million files, 142 MiB, take 24 s. */
const RECOMPRESS_MAX = 1024 ** 3;

/**
 * Compresses a shadow repo, drops old objects that nothing refers to, and removes what killed
 * processes left. It can be interrupted at any time, and gives way to whoever waits for the repo.
 *
 * @throws LockedError if others write for longer than the run waits, or if it has given way
 * @throws FsoError if the repo borrows objects, or Git fails; then nothing has changed
 */
export async function collectGarbage(repo: ShadowRepo, options: GcOptions & RunOptions): Promise<GcResult> {
  refuseBorrowed(repo);
  return whileAlone(repo, options, async () => {
    const givenWay = new AbortController();
    const { signal, unlink } = linkSignals([options.signal, givenWay.signal]);
    const watch = setInterval(() => {
      if (hasWaiters(repoLockPath(repo))) givenWay.abort();
    }, LOOK_EVERY_MS);
    try {
      return await collect(repo, options.expireMs ?? parseDuration(DEFAULTS.gc.expire), signal);
    } catch (error) {
      if (!givenWay.signal.aborted) throw error;
      throw new LockedError(`${textOfBytes(repo.directory)}: gc gave way to a process that waits for the shadow repo`, {
        remedy: 'nothing is lost; run it again when there is less to do',
      });
    } finally {
      clearInterval(watch);
      unlink();
    }
  });
}

/** What is merged into one pack here would be a copy of what belongs to another repository. */
function refuseBorrowed({ gitDir, directory }: ShadowRepo): void {
  if (!existsSync(fsPath(joinPath(gitDir, 'objects/info/alternates')))) return;
  throw new FsoError(`${textOfBytes(directory)}: borrows objects of another repository (objects/info/alternates); gc leaves them alone`, {
    remedy: 'copy them with `git repack -a -d`, remove that file, and run gc again',
  });
}

async function collect(repo: ShadowRepo, expireMs: number, signal: AbortSignal): Promise<GcResult> {
  const { gitDir, directory } = repo;
  const before = measureObjectStore(gitDir);
  const leftovers = removeLeftovers(directory);
  const expire = expireMs === 0 ? 'now' : `@${Math.floor((Date.now() - expireMs) / 1000)} +0000`;
  await repack(gitDir, { expire, recompress: before.packBytes <= RECOMPRESS_MAX, signal });
  await git(repo, ['prune', `--expire=${expire}`], signal);
  await renewCommitGraph(gitDir, signal);
  const after = measureObjectStore(gitDir);
  rememberLooseLeft(gitDir, after.loose);
  return { before, after, leftovers };
}

/**
 * Answers read the history from a commit-graph, which takes a tenth of the time. It must not name commits that are gone; where it
 * cannot be renewed, answers do without.
 */
async function renewCommitGraph(gitDir: ByteString, signal: AbortSignal): Promise<void> {
  const { status } = await runGit(gitDir, ['-c', 'core.commitGraph=true', 'commit-graph', 'write', '--reachable'], { signal });
  // Its lock is held by another Git, or was left by one that was killed.
  if (status !== 0) rmSync(fsPath(joinPath(gitDir, 'objects/info/commit-graph')), { force: true });
}

async function git({ gitDir }: ShadowRepo, args: readonly string[], signal: AbortSignal): Promise<void> {
  const result = await runGit(gitDir, args, { signal });
  if (result.status !== 0) throw gitFailure(gitDir, args[0] ?? '', result);
}
