import type { ObjectReader as Reader } from '../../git/objects/object-reader.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import { boundsOf } from '../../realdir/reach/reach.js';
import { recordFiles } from '../../shadow/read/tree-files.js';
import { NOGTREE } from '../../record/records.js';
import { HASHED_REF } from '../../shadow/facets.js';
import { shadowReposIn } from '../../shadow/layout/find-repo.js';
import { mirrorOf } from '../../shadow/layout/locate.js';
import type { MoveOptions, MoveResult } from '../../shadow/move/move-repo.js';
import { checkMove, moveRepo } from '../../shadow/move/move-repo.js';
import { occupied } from '../../shadow/move/occupied.js';
import { identityOf, isSameDirectory, recallIdentity } from '../../shadow/layout/realdir-identity.js';
import { whileAlone } from '../../shadow/lock/repo-lock.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { HashSource } from '../sha/known-hashes.js';
import { KnownHashes } from '../sha/known-hashes.js';
import { lossesOf } from './prove.js';
import { newContent, newSha, newStat } from './new-state.js';

/** Runs that a realdir was away, and recorded as empty, before its records are looked for. */
const RUNS_MAX = 100;

/**
 * Has a shadow repo follow its realdir to a new name. Checksums stay known where it is the same directory, although it
 * was recorded as empty meanwhile. A second repo, which somebody has made under the new name, is put aside if all that it has
 * is recorded by the first one, too.
 * @throws FsoError like `moveRepo`, and if something that the second repo has would be lost, which it names
 */
export async function followRealdir(repo: ShadowRepo, realdir: ByteString, options: MoveOptions): Promise<MoveResult> {
  const { location } = checkMove(repo, realdir, options);
  const identity = identityOf(realdir, boundsOf(realdir, repo.gate.roots));
  const before = recallIdentity(repo.gitDir);
  const isSame = identity !== null && before !== null && isSameDirectory(identity, before);
  if (!isSame) return moveRepo(repo, realdir, options);
  const twin = location === null ? null : twinOf(repo, mirrorOf(location, realdir), realdir);
  if (twin === null) {
    await recordKnownHashes(repo.observing(realdir), options);
    return moveRepo(repo, realdir, options);
  }
  return whileAlone(twin, options, async () => {
    await join(repo.observing(realdir), twin, options);
    return moveRepo(repo, realdir, { ...options, successorOf: twin });
  });
}

/** The one other shadow repo in the place of the new realdir; null if there is none that could be joined. */
function twinOf(repo: ShadowRepo, mirror: ByteString, realdir: ByteString): ShadowRepo | null {
  const [first, ...others] = shadowReposIn(mirror).filter((path) => path !== repo.directory);
  if (first === undefined || others.length > 0) return null;
  try {
    const twin = repo.reopen(first);
    return twin.realdir === realdir ? twin : null;
  } catch (error) {
    if (error instanceof FsoError) return null;
    throw error;
  }
}

/** The checksums that a repo had before its realdir was recorded as empty; null if it was not. */
function hashesBefore(repo: ShadowRepo, reader: Reader): HashSource | null {
  const hashed = readRef(repo.gitDir, HASHED_REF);
  let next: Oid | null | undefined = repo.head('sha');
  for (let run = 0; run < RUNS_MAX && next !== null && next !== undefined && hashed !== null; run += 1) {
    const { tree, parents } = reader.readCommit(next);
    if (hasRecords(reader, tree)) return run === 0 ? null : { reader, tree, hashed };
    next = parents[0];
  }
  return null;
}

function hasRecords(reader: Reader, tree: Oid): boolean {
  for (const { path } of recordFiles(reader, tree)) if (path !== NOGTREE && !path.endsWith(`/${NOGTREE}`)) return true;
  return false;
}

async function recordKnownHashes(repo: ShadowRepo, options: MoveOptions): Promise<void> {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const source = hashesBefore(repo, reader);
    if (source === null) return;
    const sha = await newSha(repo, [new KnownHashes(source)], options);
    try {
      await sha.commit();
    } finally {
      sha.close();
    }
  } finally {
    reader.close();
  }
}

/** Records all that the twin has, or refuses and records nothing. */
async function join(repo: ShadowRepo, twin: ShadowRepo, options: MoveOptions): Promise<void> {
  const [own, its] = [ObjectReader.open(repo.gitDir), ObjectReader.open(twin.gitDir)];
  const open: { close(): void }[] = [own, its];
  const kept = <T extends { close(): void }>(state: T): T => {
    open.push(state);
    return state;
  };
  try {
    const head = twin.head('sha');
    const hashed = readRef(twin.gitDir, HASHED_REF);
    const twinHashes = head === null || hashed === null ? null : new KnownHashes({ reader: its, tree: its.readCommit(head).tree, hashed });
    const source = hashesBefore(repo, own);
    const known = [twinHashes, source === null ? null : new KnownHashes(source)].filter((each) => each !== null);
    const stat = kept(await newStat(repo, options));
    const sha = kept(await newSha(repo, known, options));
    const content = kept(await newContent(repo, options));
    const losses = await lossesOf(twin, its, { stat, sha, content }, twinHashes?.changed ?? []);
    if (losses.length > 0) throw occupied(repo.realdir, twin.directory, losses);
    for (const state of [stat, sha, content]) await state.commit();
  } finally {
    for (const each of open.reverse()) each.close();
  }
}
