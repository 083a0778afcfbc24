import { lstatSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { chooseRepo } from './choose-repo.js';
import { isShadowRepoIn, subdirectoriesIn } from './directory-names.js';
import type { Gate } from '../gate/gate.js';
import type { ShadowLocation } from './locate.js';
import { mirrorOf } from './locate.js';

/** Directories that are named like shadow repos, directly in a mirror directory. */
export function shadowReposIn(mirror: ByteString): ByteString[] {
  return subdirectoriesIn(mirror).filter((name) => isShadowRepoIn(mirror, name)).map((name) => joinPath(mirror, name));
}

/**
 * The shadow repo of a realdir; null if it has none.
 * @throws FsoError if it has several, or if a symbolic link is in the way
 */
export function findShadowRepo(location: ShadowLocation, realdir: ByteString, gate: Gate): ByteString | null {
  const mirror = mirrorOf(location, realdir);
  refuseLinkedMirror(location, mirror);
  const [first, ...others] = shadowReposIn(mirror);
  if (first === undefined) return null;
  const { directory, error } = chooseRepo(realdir, [first, ...others], gate);
  if (error !== null) throw error;
  return directory;
}

/** Nothing that git-fso makes below a shadow root is a link; what a link leads to is not a place for shadow repos. */
function refuseLinkedMirror({ root }: ShadowLocation, mirror: ByteString): void {
  let path = root;
  for (const name of mirror.slice(root.length).split('/').filter((one) => one !== '')) {
    path = joinPath(path, name);
    const stat = lstatSync(fsPath(path), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) continue;
    const what = stat.isSymbolicLink() ? 'a symbolic link' : 'no directory';
    throw new FsoError(`${textOfBytes(path)}: is ${what}; below the shadow root there are directories only`, {
      remedy: 'find out who made it, and remove it',
    });
  }
}
