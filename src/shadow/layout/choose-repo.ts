import { realpathSync } from 'node:fs';
import { directoryOf } from '../../storage/durable-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { Gate } from '../gate/gate.js';
import type { ShadowLocation } from './locate.js';
import { isAtOrBelow, mirrorOf } from './locate.js';
import { ShadowRepo } from '../shadow-repo.js';

/** A directory that is named like a shadow repo and is in the place of one, but is none that can be used. */
export interface StrangeRepo {
  readonly directory: ByteString;
  readonly error: Error;
}

/** Which of several directories in one place is the shadow repo. */
export interface Choice {
  /** Where there is none that can be used, the first one, so that its error is seen. */
  readonly directory: ByteString;
  /** Why none can be used: there are several. */
  readonly error: FsoError | null;
  readonly strange: readonly StrangeRepo[];
}

/** Opens a shadow repo that was found in the place of a realdir. @throws FsoError if it observes another one */
export function openAt(directory: ByteString, realdir: ByteString, gate: Gate): ShadowRepo {
  const repo = ShadowRepo.open(directory, gate);
  if (repo.realdir === realdir) return repo;
  // Else two directories would share one history, and a copy would get at what its realdir says.
  throw new FsoError(`${textOfBytes(directory)}: observes ${textOfBytes(repo.realdir)}, but its place stands for ${textOfBytes(realdir)}`, {
    remedy: 'use `git-fso move` to change the realdir of a shadow repo',
  });
}

/**
 * Finds the shadow repo of a realdir among directories that are named like one. Anybody can give a directory such a
 * name; what it holds decides. A single one is not looked at: whoever opens it sees what it is.
 * @param directories at least one
 */
export function chooseRepo(realdir: ByteString, directories: readonly [ByteString, ...ByteString[]], gate: Gate): Choice {
  const [first] = directories;
  if (directories.length === 1) return { directory: first, error: null, strange: [] };
  const strange: StrangeRepo[] = [];
  const repos: ShadowRepo[] = [];
  for (const directory of directories) {
    try {
      repos.push(openAt(directory, realdir, gate));
    } catch (error) {
      if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
      strange.push({ directory, error: error as Error });
    }
  }
  const [repo] = repos;
  if (repo === undefined) return { directory: first, error: null, strange: strange.filter(({ directory }) => directory !== first) };
  return { directory: repo.directory, error: repos.length === 1 ? null : severalRepos(realdir, repos), strange };
}

function severalRepos(realdir: ByteString, repos: readonly ShadowRepo[]): FsoError {
  const named = repos.filter(isNamedByUuid);
  const others = repos.filter((repo) => !named.includes(repo));
  const list = (some: readonly ShadowRepo[]): string => some.map(({ directory }) => textOfBytes(directory)).join(', ');
  const isClear = named.length === 1 && others.every(({ uuid }) => uuid === named[0]?.uuid);
  const hint = isClear ? `; ${list(others)} is a copy, as its fso/uuid tells` : '';
  return new FsoError(`${textOfBytes(realdir)} has several shadow repos: ${list(repos)}${hint}`, {
    remedy: isClear ? `move ${list(others)} out of the shadow root` : 'move all but one of them out of the shadow root',
  });
}

/** A copy under another name has the UUID of the original. */
function isNamedByUuid({ directory, uuid }: ShadowRepo): boolean {
  return directory.slice(directory.lastIndexOf('/') + 1).toLowerCase() === `${uuid ?? ''}.fso`.toLowerCase();
}

/** Like `openAt`, for a repo that was named: below a shadow root, it must be in the place of what it observes. @throws FsoError */
export function requireMirror({ directory, realdir }: ShadowRepo, { root, trimHostRoot }: ShadowLocation): void {
  const [real, realRoot] = [directory, root].map((path) =>
    unlessErrno(['ENOENT', 'EACCES'], path, () => realpathSync(fsPath(path), 'latin1')),
  );
  if (real === undefined || realRoot === undefined || !isAtOrBelow(real, realRoot)) return;
  if (directoryOf(real) === mirrorOf({ root: realRoot, trimHostRoot }, realdir)) return;
  throw new FsoError(
    `${textOfBytes(directory)}: observes ${textOfBytes(realdir)}, which is not what its place below the shadow root stands for`,
    {
      remedy: 'if it is a copy, remove it; else use `git-fso move` to put it where it belongs',
    },
  );
}
