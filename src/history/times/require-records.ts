import type { Part } from '../places/parts.js';
import { Histories } from '../states/histories.js';
import { FsoError } from '../../util/errors.js';
import { BeforeRecordsError } from './state-at.js';

/**
 * To be called before a question about a time is answered.
 * @param seconds since 1970; infinite for now
 * @param histories if given, it keeps what is read here
 * @throws BeforeRecordsError if no repo that is asked about has a record by then; FsoError if none has any
 */
export function requireRecords(parts: readonly Part[], seconds: number, histories?: Histories): void {
  const asked = histories ?? new Histories();
  try {
    requireIn(parts, seconds, asked);
  } finally {
    if (histories === undefined) asked.close();
  }
}

function requireIn(parts: readonly Part[], seconds: number, histories: Histories): void {
  let begin = Number.POSITIVE_INFINITY;
  let failure: unknown = null;
  for (const { repo } of parts) {
    try {
      const first = histories.of(repo).history.stat[0];
      if (first !== undefined && first.seconds <= seconds) return;
      begin = Math.min(begin, first?.seconds ?? begin);
    } catch (error) {
      // One that cannot be read is told when it is asked; here the others decide.
      if (!(error instanceof FsoError)) throw error;
      failure = error;
    }
  }
  if (Number.isFinite(begin)) throw new BeforeRecordsError(parts.length === 1 ? 'the repo' : 'all repos', seconds, begin);
  throw failure ?? new FsoError('nothing is recorded', { remedy: 'run `git-fso rescan`, or `git-fso stat` in a shadow repo' });
}
