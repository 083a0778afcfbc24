import type { FacetListener, FacetResult } from '../facets/facet-result.js';
import { recordContent } from '../facets/content.js';
import { recordSha } from '../facets/sha.js';
import { recordSot } from '../facets/sot.js';
import { recordStat } from '../facets/stat.js';
import { recordTos } from '../facets/tos.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { RescanFacet } from './types.js';

type Run = (repo: ShadowRepo, options: RunOptions & FacetListener) => Promise<FacetResult>;

const RUNS: Readonly<Record<RescanFacet, Run>> = {
  stat: recordStat,
  sha: recordSha,
  content: recordContent,
  sot: recordSot,
  tos: recordTos,
};

/** Updates one facet of one repo. */
export function recordFacet(
  repo: ShadowRepo,
  facet: RescanFacet,
  options: RunOptions & FacetListener,
): Promise<FacetResult> {
  return RUNS[facet](repo, options);
}
