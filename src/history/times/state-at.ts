import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time/time.js';
import { firstParents, indexAt } from '../../git/commits/first-parents.js';

/**
 * The state of a branch at a time: the last commit not after it, on the first-parent history.
 * @param tip newest commit of the branch
 * @param seconds since 1970
 * @param name what to call the branch in messages
 * @throws FsoError if records begin later, or the history cannot be read
 */
export function stateAt(gitDir: ByteString, tip: Oid, seconds: number, name: string): Oid {
  const reader = ObjectReader.open(gitDir);
  try {
    const history = firstParents(gitDir, reader, tip);
    const found = history[indexAt(history, seconds)];
    if (found === undefined) throw new BeforeRecordsError(name, seconds, history[0]?.seconds ?? 0);
    return found.oid;
  } finally {
    reader.close();
  }
}

/**
 * Like `stateAt`, of a branch whose reader is open.
 * @returns null if the history of the branch begins later
 */
export function commitAt(gitDir: ByteString, reader: ObjectReader, tip: Oid, seconds: number): Oid | null {
  const history = firstParents(gitDir, reader, tip);
  return history[indexAt(history, seconds)]?.oid ?? null;
}

/** Records begin after the time that was asked about. */
export class BeforeRecordsError extends FsoError {
  override readonly name = 'BeforeRecordsError';

  /**
   * @param subject whose records they are
   * @param seconds what was asked about, since 1970
   * @param begin when records begin
   */
  constructor(subject: string, seconds: number, begin: number) {
    const text = (time: number): string => localIsoTime(new Date(time * 1000));
    super(`${subject}: nothing is recorded at ${text(seconds)}; records begin ${text(begin)}`, {
      remedy: 'ask for a later time',
    });
  }
}
