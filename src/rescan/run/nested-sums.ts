import type { KnownSums } from '../../facets/stat/record-stat.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import { same } from '../../realdir/walk/identity.js';
import type { TreeSums } from '../../realdir/sums/tree-summary.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import { findShadowRepo } from '../../shadow/layout/find-repo.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { readHandedSums } from '../../shadow/remembered/sums-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { RescanContext } from '../context.js';
import { REPO_PART } from './repo-problems.js';
import { gateOf } from '../guard/site-gate.js';

/** Which sums of nested repos a run takes instead of walking these directories. */
export interface SumsWanted {
  /** Those whose walk began not before. */
  readonly since: Date;
  /** All of the time since then counts as one moment. */
  readonly countsAsNow: boolean;
}

/** What the repos below a realdir have summed up. In doubt there is nothing, and the directory is walked. */
export class NestedSums implements KnownSums {
  oldest: Date | null = null;
  readonly countsAsNow: boolean;
  readonly paths: ReadonlySet<ByteString>;
  private readonly prefix: ByteString;

  /** @param nested realdirs of repos below the realdir */
  constructor(
    private readonly context: RescanContext,
    realdir: ByteString,
    nested: readonly ByteString[],
    private readonly wanted: SumsWanted,
  ) {
    this.countsAsNow = wanted.countsAsNow;
    this.prefix = joinPath(realdir, '');
    this.paths = new Set(nested.map((path) => path.slice(this.prefix.length)));
  }

  readonly sumsOf = (path: ByteString, stat: EntryStat): TreeSums | null => {
    if (!this.paths.has(path)) return null;
    const { site, clock, problems } = this.context;
    const realdir = this.prefix + path;
    // What could not be read there is to be noticed here, too.
    const failed = problems.of(realdir);
    if (failed.has(REPO_PART) || failed.has('stat')) return null;
    const gate = gateOf(site);
    const repo = repoOf(() => {
      const directory = findShadowRepo(site.location, realdir, gate);
      return directory === null ? null : openAt(directory, realdir, gate);
    });
    const handed = repo === null ? null : readHandedSums(repo.gitDir);
    if (handed === null || handed.begun < this.wanted.since || handed.begun > clock.now()) return null;
    // Something else may be there since, or mounted there.
    if (!same(handed.root, stat) || handed.root.mtime !== stat.mtime) return null;
    if (this.oldest === null || handed.begun < this.oldest) this.oldest = handed.begun;
    return handed.sums;
  };
}

/** Null where it is not clear which one it is, or it cannot be used. */
function repoOf(find: () => ShadowRepo | null): ShadowRepo | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof FsoError) return null;
    throw error;
  }
}
