import { lstatSync } from 'node:fs';
import { shadowReposIn } from '../../shadow/layout/find-repo.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { Gate } from '../../shadow/gate/gate.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, isAtOrBelow, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno, UsageError } from '../../util/errors.js';
import type { Ground } from './ground.js';
import { relativeTo, innermostWith, uncovered } from './parts.js';

/** What a directory stands for that somebody works in, or has named with `-C`. */
export interface Place {
  /** The directory of the shadow repo. */
  readonly shadow: ByteString;
  /** Where relative paths start, relative to the realdir; empty for the realdir. */
  readonly path: ByteString;
}

/**
 * The shadow repo that a directory stands for: a shadow repo for itself, the directory above it for what is in it, one at or below a
 * realdir for the innermost repo that records it.
 * @param directory absolute path
 * @param ground null where nothing is configured
 * @param gate for shadow repos that are named
 * @throws FsoError if several shadow repos are in the directory, if it is in a root and no repo covers it, or if the one that does cannot
 * be used
 */
export function placeOf(directory: ByteString, ground: Ground | null, gate: Gate): Place {
  const inRealdir = ground === null ? null : placeBelowRealdir(directory, ground);
  if (inRealdir !== null) return inRealdir;
  if (isThere(joinPath(directory, '.git'))) return { shadow: directory, path: '' };
  return { shadow: onlyRepoIn(directory, gate) ?? directory, path: '' };
}

function placeBelowRealdir(directory: ByteString, ground: Ground): Place | null {
  if (isAtOrBelow(directory, ground.location.root)) return null;
  const path = ground.named(directory);
  const broken: { readonly realdir: ByteString; readonly error: Error }[] = [];
  const repo = innermostWith(ground.reposAbove(path, (realdir, error) => broken.push({ realdir, error })), path);
  // One that cannot be used is no reason to take another that is further out.
  const nearer = broken.find(({ realdir }) => repo === null || realdir.length > repo.realdir.length);
  if (nearer !== undefined) throw nearer.error;
  if (repo !== null) return { shadow: repo.directory, path: relativeTo(repo.realdir, path) };
  if (ground.hasRoots && ground.contains(path)) throw uncovered(ground, path);
  return null;
}

/** Null if there is none. */
function onlyRepoIn(directory: ByteString, gate: Gate): ByteString | null {
  const found = unlessErrno(['EACCES', 'ENOENT', 'ENOTDIR'], [], () => shadowReposIn(directory));
  if (found.length < 2) return found[0] ?? null;
  const usable = found.filter((each) => isUsable(each, gate));
  const [only, second] = usable;
  if (only !== undefined && second === undefined) return only;
  throw new UsageError(`${textOfBytes(directory)}: has several shadow repos: ${found.map(textOfBytes).join(', ')}`, {
    remedy: 'name one of them with -C; of one realdir, all but one belong out of the shadow root',
  });
}

function isUsable(directory: ByteString, gate: Gate): boolean {
  try {
    return ShadowRepo.open(directory, gate).realdir !== '';
  } catch (error) {
    if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
    return false;
  }
}

function isThere(path: ByteString): boolean {
  return unlessErrno(['EACCES', 'ENOENT', 'ENOTDIR'], false, () => lstatSync(fsPath(path)) !== undefined);
}
