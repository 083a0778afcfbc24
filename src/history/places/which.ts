import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { PathCoverage } from './coverage.js';
import { coverageOf } from './coverage.js';
import { relativeTo } from './parts.js';

/** How a repo covers a path. */
export interface CoveringRepo {
  readonly repo: ShadowRepo;
  readonly coverage: PathCoverage;
  /** True for the innermost one that records the path file by file: what it records counts, and it can archive the path. */
  readonly responsible: boolean;
}

/**
 * How each of some repos covers a path.
 * @param repos whose realdirs the path is at or below, the innermost first
 * @throws FsoError if the records of one cannot be read
 */
export function coverageBy(repos: readonly ShadowRepo[], path: ByteString): CoveringRepo[] {
  const found = repos.map((repo) => ({ repo, coverage: coverageOf(repo, relativeTo(repo.realdir, path)) }));
  const responsible = found.find(({ coverage }) => coverage === 'file');
  return found.map((each) => ({ ...each, responsible: each === responsible }));
}
