import type { FacetListener, FacetResult } from '../../facets/facet-result.js';
import type { LimitOptions } from '../../facets/run-limits.js';
import { recordContent } from '../../facets/content/content.js';
import type { ShaOptions } from '../../facets/sha/record-sha.js';
import { recordSha } from '../../facets/sha/record-sha.js';
import { recordSot } from '../../facets/combined/record-sot.js';
import type { StatOptions } from '../../facets/stat/record-stat.js';
import { recordStat } from '../../facets/stat/record-stat.js';
import { recordTos } from '../../facets/combined/record-tos.js';
import { recordVerify } from '../../facets/verify/record-verify.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { RescanFacet } from '../../shadow/facets.js';

type FacetOptions = RunOptions &
  LimitOptions &
  FacetListener &
  Pick<ShaOptions, 'limit'> &
  Pick<StatOptions, 'summaries' | 'known' | 'now' | 'threads'>;

const RUNS: Readonly<Record<RescanFacet, (repo: ShadowRepo, options: FacetOptions) => Promise<FacetResult>>> = {
  stat: recordStat,
  sha: recordSha,
  content: recordContent,
  sot: recordSot,
  tos: recordTos,
  verify: recordVerify,
};

/** Updates one facet of one repo. */
export function recordFacet(repo: ShadowRepo, facet: RescanFacet, options: FacetOptions): Promise<FacetResult> {
  return RUNS[facet](repo, options);
}
