import { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { PathTrace } from '../../util/trace.js';
import { whyIgnored } from '../observe/reasons.js';
import type { ContentSelection } from './context.js';
import { recordContentFacet } from './record-content.js';
import type { LimitOptions } from '../run-limits.js';
import type { FacetListener, FacetResult } from '../facet-result.js';

/** Larger files are not recorded, in bytes: what people read is much smaller. */
const MAX_CONTENT = 100 * 1024 * 1024;

const README = 'README.md';

/** Which paths are recorded with their content. @param exclude the stub's `.gitignore`, as the branch has it */
export function contentSelection(exclude: Buffer | null, trace: PathTrace | null): ContentSelection {
  return {
    newNames: (_cursor, path) => {
      if (path !== '') return [];
      // What the stub ignores is not recorded, even if the realdir's own rules re-include it: these are a stranger's.
      const scope = IgnoreScope.root(exclude, null);
      if (!scope.ignores(README, false)) return [README];
      trace?.tell(README, whyIgnored(scope, README, false) ?? 'ignored');
      return [];
    },
    exclude,
    linksRepos: false,
    limits: { inMemory: MAX_CONTENT, streamsLarger: false },
  };
}

/**
 * Records the content of the toplevel `README.md`, and of every path that is on `master-content`
 * already, wherever it came from. Ignore rules decide about a new `README.md` only; no rule adds anything else. Commits if
 * something changed.
 * @throws LockedError if another `content` runs for longer than the run waits
 */
export function recordContent(repo: ShadowRepo, options: RunOptions & LimitOptions & FacetListener): Promise<FacetResult> {
  return recordContentFacet(
    repo,
    {
      facet: 'content',
      selection: contentSelection,
    },
    options,
  );
}
