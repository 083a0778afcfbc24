import { statSync } from 'node:fs';
import { BY_HAND, boundsOf, existsRealdir } from '../../realdir/reach/reach.js';
import type { ShadowLocation } from '../../shadow/layout/locate.js';
import type { RealdirIdentity } from '../../shadow/layout/realdir-identity.js';
import { identityOf, identityPath, isSameDirectory, recallIdentity } from '../../shadow/layout/realdir-identity.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, unlessErrno } from '../../util/errors.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { PlannedRepo, Rename } from './planned-repo.js';
import type { Root } from '../site.js';

/** The part that has a problem where nothing is recorded because a directory had another name before. */
export const RENAME_PART = 'rename';

/** Why no shadow repo is created under a new name: it would have no history, and everything would be read again. */
export function renameError({ from, to, command, forget }: Rename): FsoError {
  return new FsoError(`${textOfBytes(to)}: was ${textOfBytes(from)} before, and is not recorded until the shadow repo of that follows`, {
    remedy: `have it follow: ${command}; or, if this is another directory, have that forgotten: ${forget}`,
  });
}

interface Missing {
  readonly realdir: ByteString;
  readonly shadow: ByteString;
  readonly identity: RealdirIdentity;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** When a shadow repo was created: its UUID is written once. */
function creationTime(shadow: ByteString): number {
  return unlessErrno(['ENOENT', 'EACCES'], 0, () => statSync(fsPath(joinPath(shadow, '.git/fso/uuid'))).mtimeMs);
}

function moveCommand({ trimHostRoot }: ShadowLocation, shadow: ByteString, to: ByteString): string {
  const trimOption = trimHostRoot === '' ? '' : ` --trim-host-root ${shellWord(trimHostRoot)}`;
  return `git-fso -C ${shellWord(shadow)} move${trimOption} ${shellWord(to)}`;
}

function missingOf(repos: Iterable<PlannedRepo>): Missing[] {
  const found: Missing[] = [];
  for (const { realdir, shadow, missing } of repos) {
    const identity = missing && shadow !== null ? recallIdentity(joinPath(shadow, '.git')) : null;
    if (shadow !== null && identity !== null) found.push({ realdir, shadow, identity, created: creationTime(shadow) });
  }
  // Of several that were the same directory, one after the other, the oldest has the history.
  return found.sort((a, b) => a.created - b.created);
}

/**
 * Finds missing realdirs under other names. Costs nothing but where realdirs are missing.
 *
 * @param others directories that are no repos, which are looked at, too
 * @returns by the old name, and by the new one
 */
export function findRenames(
  location: ShadowLocation,
  root: Root,
  repos: ReadonlyMap<ByteString, PlannedRepo>,
  others: readonly ByteString[],
): ReadonlyMap<ByteString, Rename> {
  const missing = missingOf(repos.values());
  const renames = new Map<ByteString, Rename>();
  if (missing.length === 0) return renames;
  const present = [...repos.values()].filter((repo) => !repo.missing).map(({ realdir }) => realdir);
  for (const to of [...present, ...others]) {
    const identity = identityOf(to, boundsOf(to, [root]));
    const match = identity === null ? undefined : missing.find((each) => isSameDirectory(each.identity, identity));
    if (match === undefined || renames.has(match.realdir)) continue;
    const { shadow: its = null } = repos.get(to) ?? {};
    // A repo that is older than the missing one is not there because of a new name.
    if (its !== null && creationTime(its) < match.created) continue;
    const rename = {
      from: match.realdir,
      to,
      isOpen: its === null,
      command: moveCommand(location, match.shadow, to),
      forget: `rm ${shellWord(identityPath(match.shadow))}`,
    };
    renames.set(match.realdir, rename);
    renames.set(to, rename);
  }
  return renames;
}

/** Adds the new name of a realdir, and those of the directories that it is in, as far as they were renamed with it. */
export function addNewNames(names: Map<ByteString, ByteString>, { from, to }: Rename): void {
  let [before, after] = [from, to];
  names.set(before, after);
  while (baseOf(before) === baseOf(after) && !existsRealdir(directoryOf(before), BY_HAND)) {
    [before, after] = [directoryOf(before), directoryOf(after)];
    names.set(before, after);
  }
}
