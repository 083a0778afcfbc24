import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { hasRecordsAt } from '../ls.js';
import type { Part } from '../places/parts.js';
import { pathOfPart } from '../places/parts.js';
import { RepoHistory } from '../states/repo-history.js';

/**
 * True if nothing at all was recorded at a time at and below a place: neither a file nor a directory.
 * @param parts that the place is divided into, and others
 * @param seconds since 1970; infinite for now
 */
export function isUnrecorded(parts: readonly Part[], place: ByteString, seconds: number): boolean {
  return !parts.some((part) => isAtOrBelow(pathOfPart(part), place) && isRecorded(part, seconds));
}

/** True, too, for a repo that cannot be read: who lists it has told that. */
function isRecorded({ repo, path }: Part, seconds: number): boolean {
  const history = new RepoHistory(repo);
  try {
    const state = history.at(seconds);
    return state !== null && (path === '' || hasRecordsAt(history.reader, state.stat.tree, path));
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return true;
  } finally {
    history.close();
  }
}
