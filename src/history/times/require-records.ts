import type { Part } from '../places/parts.js';
import { RepoHistory } from '../states/repo-history.js';
import { FsoError } from '../../util/errors.js';
import { BeforeRecordsError } from './state-at.js';

/**
 * To be called before a question about a time is answered.
 * @param seconds since 1970; infinite for now
 * @throws BeforeRecordsError if no repo that is asked about has a record by then; FsoError if none has any
 */
export function requireRecords(parts: readonly Part[], seconds: number): void {
  let begin = Number.POSITIVE_INFINITY;
  let failure: unknown = null;
  for (const { repo } of parts) {
    const history = new RepoHistory(repo);
    try {
      const first = history.stat[0];
      if (first !== undefined && first.seconds <= seconds) return;
      begin = Math.min(begin, first?.seconds ?? begin);
    } catch (error) {
      // One that cannot be read is told when it is asked; here the others decide.
      if (!(error instanceof FsoError)) throw error;
      failure = error;
    } finally {
      history.close();
    }
  }
  if (Number.isFinite(begin)) throw new BeforeRecordsError(parts.length === 1 ? 'the repo' : 'all repos', seconds, begin);
  throw failure ?? new FsoError('nothing is recorded', { remedy: 'run `git-fso rescan`, or `git-fso stat` in a shadow repo' });
}
