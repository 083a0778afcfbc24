import type { FacetListener, FacetResult } from '../facets/facet-result.js';
import { recordStat } from '../facets/stat.js';
import type { Facet } from '../shadow/branches.js';
import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';

type Record_ = (repo: ShadowRepo, options: RunOptions & FacetListener) => Promise<FacetResult>;

const RECORDERS: Partial<Readonly<Record<Facet, Record_>>> = { stat: recordStat };
