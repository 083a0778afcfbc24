import { readdirSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import { reasonOf, remedyOf } from '../../util/system-errors/system-error.js';
import { isShadowRepoIn } from './directory-names.js';
import type { ShadowLocation } from './locate.js';
import { mirrorOf } from './locate.js';
import { isTemporaryName } from '../create/temporary-names.js';

/** A directory named like a shadow repo, and the realdir that its place stands for. */
export interface FoundRepo {
  readonly directory: ByteString;
  /** The path that the mirror directory stands for, which `fso.realdir` normally agrees with. */
  readonly mirrored: ByteString;
}

/** A directory of the shadow tree that could not be read, so that repos may be missing. */
export interface UnreadableMirror {
  readonly directory: ByteString;
  readonly mirrored: ByteString;
  readonly error: FsoError;
}

interface Mirror {
  readonly mirror: ByteString;
  readonly mirrored: ByteString;
}

/**
 * All shadow repos of a directory and of what is below it, parents first, siblings by bytes. Symbolic links are not
 * followed.
 * @param onUnreadable told of directories that could not be read; without it, they are passed over
 */
export function* listShadowRepos(
  location: ShadowLocation,
  realdir: ByteString,
  onUnreadable: (mirror: UnreadableMirror) => void = () => undefined,
): Generator<FoundRepo> {
  const pending: Mirror[] = [{ mirror: mirrorOf(location, realdir), mirrored: realdir }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { mirror, mirrored } = next;
    const names = subdirectoriesOf(next, onUnreadable);
    const repos = new Set(names.filter((name) => isShadowRepoIn(mirror, name)));
    for (const name of repos) yield { directory: joinPath(mirror, name), mirrored };
    for (const name of names.reverse()) {
      // A copy of a shadow repo under another name is no mirror of anything.
      if (repos.has(name) || isTemporaryName(name) || name === '.git' || (mirror === location.root && name === '.git-fso')) continue;
      pending.push({ mirror: joinPath(mirror, name), mirrored: joinPath(mirrored, name) });
    }
  }
}

function subdirectoriesOf({ mirror, mirrored }: Mirror, onUnreadable: (mirror: UnreadableMirror) => void): ByteString[] {
  try {
    const entries = unlessErrno(['ENOENT', 'ENOTDIR'], [], () => readdirSync(fsPath(mirror), { encoding: 'latin1', withFileTypes: true }));
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    onUnreadable({ directory: mirror, mirrored, error: unreadable(mirror, error) });
    return [];
  }
}

function unreadable(mirror: ByteString, error: unknown): FsoError {
  return new FsoError(`${textOfBytes(mirror)}: the shadow repos in this directory cannot be listed: ${reasonOf(error)}`, {
    remedy: remedyOf(error) ?? 'run git-fso as root, or as the user that owns the shadow root', cause: error,
  });
}
