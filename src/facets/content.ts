import type { RunOptions } from '../shadow/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { recordContentFacet } from './content/record-content.js';
import type { FacetListener, FacetResult } from './facet-result.js';

/** Larger files are not recorded, in bytes: what people read is much smaller. */
const MAX_CONTENT = 100 * 1024 * 1024;

/**
 * Records the content of the toplevel `README.md`, and of every path that is on `master-content`
 * already, wherever it came from. Ignore rules decide about a new `README.md` only. Commits if
 * something changed.
 * @throws LockedError if another `content` runs for longer than the run waits
 */
export function recordContent(repo: ShadowRepo, options: RunOptions & FacetListener): Promise<FacetResult> {
  return recordContentFacet(
    repo,
    {
      facet: 'content',
      selection: (exclude) => ({
        newNames: (_cursor, path) => (path === '' ? ['README.md'] : []),
        exclude,
        limits: { inMemory: MAX_CONTENT, streamsLarger: false },
      }),
    },
    options,
  );
}
