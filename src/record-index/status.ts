import { lstatSync } from 'node:fs';
import type { Ground, OnProblem } from '../history/places/ground.js';
import { oidToHex } from '../git/objects/object-id.js';
import { readRef } from '../git/refs/refs.js';
import { HASHED_REF } from '../shadow/facets.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { IndexDirectory } from './files/index-directory.js';
import { filesOf, layersOf } from './files/manifest.js';
import { reposToIndex } from './update/repos-to-index.js';

/** How an index is. */
export interface IndexStatus {
  readonly directory: ByteString;
  readonly updatedAt: Date;
  readonly repos: number;
  /** Repos that have changed since, or are new, and repos that are gone. */
  readonly behind: number;
  readonly gone: number;
  /** Stored rows; of a state that has ended since, there may be two. */
  readonly rows: number;
  readonly files: number;
  /** Bytes on disk. */
  readonly size: number;
}

/** How the index of a shadow root is; null if there is none. @throws FsoError; system errors */
export function indexStatus(ground: Ground, onProblem: OnProblem): IndexStatus | null {
  const directory = new IndexDirectory(ground.location.root);
  const manifest = directory.manifest();
  if (manifest === null) return null;
  const { repos, kept } = reposToIndex(ground, manifest, onProblem);
  const behind = repos.filter(({ repo, known }) => {
    const tips = [repo.head('stat'), repo.head('sha'), readRef(repo.gitDir, HASHED_REF)].map((oid) => oid && oidToHex(oid));
    return known === null || known.realdir !== repo.realdir || known.tips.join() !== tips.join();
  });
  const there = new Set([...repos, ...kept].map(({ id }) => id));
  const names = filesOf(manifest);
  return {
    directory: directory.path,
    updatedAt: new Date(manifest.updatedAt),
    repos: manifest.repos.length,
    behind: behind.length,
    gone: manifest.repos.filter(({ id }) => !there.has(id)).length,
    rows: manifest.roots.flatMap(layersOf).reduce((sum, { rows }) => sum + rows, 0),
    files: names.length,
    size: names.reduce((sum, name) => sum + sizeOf(directory.path, name), 0),
  };
}

function sizeOf(directory: ByteString, name: string): number {
  const stat = lstatSync(fsPath(joinPath(directory, name)), { throwIfNoEntry: false });
  if (stat !== undefined) return stat.size;
  throw new FsoError(`${textOfBytes(joinPath(directory, name))}: is missing`, { remedy: '`git-fso index` makes it again' });
}
