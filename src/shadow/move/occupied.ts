import { ObjectReader } from '../../git/objects/object-reader.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time/time.js';
import { FACETS } from '../facets.js';
import type { Gate } from '../gate/gate.js';
import { ShadowRepo } from '../shadow-repo.js';
import { stubCommit } from '../stub/read-stub.js';

/** So many losses are named. */
const NAMED = 5;

/** Why a repo cannot have a place: another one is there, of which something would be lost. @param losses in words */
export function occupied(realdir: ByteString, other: ByteString, losses: readonly string[]): FsoError {
  const more = losses.length > NAMED ? ` and ${losses.length - NAMED} more` : '';
  const lost = losses.length === 0 ? ', without records' : `; it has what would be lost: ${losses.slice(0, NAMED).join(', ')}${more}`;
  return new FsoError(`${textOfBytes(realdir)} has a shadow repo already: ${textOfBytes(other)}${lost}`, {
    remedy: losses.length === 0
      ? 'remove that one, or move it out of the shadow root, and repeat this'
      : 'move that one out of the shadow root, where you keep it as long as it is of use, and repeat this',
  });
}

/** What a shadow repo has of which nobody knows whether it is needed, in words. */
export function historiesOf(directory: ByteString, gate: Gate): string[] {
  try {
    const other = ShadowRepo.open(directory, gate);
    const reader = ObjectReader.open(other.gitDir);
    try {
      const stub = stubCommit(other);
      const edits = reader.readCommit(stub).parents.length > 0 ? ['changes of its stub'] : [];
      return FACETS.flatMap((facet) => {
        const head = other.head(facet);
        if (head === null || head === stub) return [];
        return `the history of ${facet} until ${localIsoTime(new Date(reader.readCommit(head).committer.seconds * 1000))}`;
      }).concat(edits);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return [`what cannot be read (${error.message})`];
  }
}
