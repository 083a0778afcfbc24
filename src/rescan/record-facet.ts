import type { FacetListener, FacetResult } from '../facets/facet-result.js';
import { recordContent } from '../facets/content.js';
import type { ShaOptions } from '../facets/sha.js';
import { recordSha } from '../facets/sha.js';
import { recordSot } from '../facets/sot.js';
import { recordStat } from '../facets/stat.js';
import { recordTos } from '../facets/tos.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { RescanFacet } from './types.js';

type FacetOptions = RunOptions & FacetListener & Pick<ShaOptions, 'limit'>;

const RUNS: Readonly<Record<RescanFacet, (repo: ShadowRepo, options: FacetOptions) => Promise<FacetResult>>> = {
  stat: recordStat,
  sha: recordSha,
  content: recordContent,
  sot: recordSot,
  tos: recordTos,
};

/** Updates one facet of one repo. */
export function recordFacet(repo: ShadowRepo, facet: RescanFacet, options: FacetOptions): Promise<FacetResult> {
  return RUNS[facet](repo, options);
}
