import { readRunMark } from '../../shadow/remembered/run-marks.js';
import { joinPath } from '../../util/byte-string.js';
import type { PlannedRepo } from './planned-repo.js';
import type { RescanFacet } from '../../shadow/facets.js';

/** Entries that the last runs of these facets looked at, in all; repos that never ran count as 0. */
export function lastVisited(repos: readonly PlannedRepo[], facets: readonly RescanFacet[]): number {
  let sum = 0;
  for (const { shadow } of repos) {
    if (shadow === null) continue;
    const gitDir = joinPath(shadow, '.git');
    try {
      for (const facet of facets) sum += readRunMark(gitDir, 'success', facet)?.visited ?? 0;
    } catch {
      // It is for the progress only; who works on the repo says what is wrong with it.
    }
  }
  return sum;
}
