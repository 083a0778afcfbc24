import { readRunMark } from '../shadow/run-marks.js';
import { joinPath } from '../util/byte-string.js';
import type { PlannedRepo } from './plan.js';
import type { RescanFacet } from './types.js';

/** Entries that the last runs of these facets looked at, in all; repos that never ran count as 0. */
export function lastVisited(repos: readonly PlannedRepo[], facets: readonly RescanFacet[]): number {
  let sum = 0;
  for (const { shadow } of repos) {
    if (shadow === null) continue;
    const gitDir = joinPath(shadow, '.git');
    for (const facet of facets) sum += readRunMark(gitDir, 'success', facet)?.visited ?? 0;
  }
  return sum;
}
