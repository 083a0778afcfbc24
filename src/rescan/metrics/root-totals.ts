import type { VerifyStatus } from '../../facets/verify/verify-status.js';
import { verifyStatus } from '../../facets/verify/verify-status.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import { branchOf } from '../../shadow/facets.js';
import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import type { Gate } from '../../shadow/gate/gate.js';
import { timeOfRun } from '../../shadow/remembered/run-marks.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import { readSumTimes } from '../../shadow/remembered/sums-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { readFacts } from '../list/repo-facts.js';
import { gateOf } from '../guard/site-gate.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root, Site } from '../site.js';

/** What the shadow repos of a root add up to, as far as it is recorded. */
export interface RootTotals {
  readonly repos: number;
  readonly files: number;
  readonly bytes: number;
  /** When files and bytes are from, of the repo where that is longest ago; seconds since the epoch, 0 if it is not known of one. */
  readonly oldestSums: number;
  /** Last run that was complete, of the repo where that is longest ago; seconds since the epoch, 0 for never. */
  readonly oldestSuccess: ReadonlyMap<RescanFacet, number>;
  /** Null if the root is not verified. */
  readonly verified: VerifyTotals | null;
}

/** What was verified in the repos of a root. */
export interface VerifyTotals {
  readonly corrupt: number;
  readonly rewritten: number;
  /** When the file was read that was not read for longest; seconds since the epoch, 0 if there is none. */
  readonly oldest: number;
  /** Recorded with a checksum. */
  readonly bytes: number;
  /** Not read again since they were hashed. */
  readonly neverBytes: number;
}

interface Verified {
  readonly heads: string;
  readonly status: VerifyStatus | null;
}

interface Sums {
  readonly head: Oid | null;
  readonly files: number;
  readonly bytes: number;
  /** False if there is no record to add up. */
  readonly isSummed: boolean;
}

/** Adds up the shadow repos of roots; what has not changed since the last time is not read again. */
export class RootSummer {
  private known = new Map<ByteString, Sums>();
  private verified = new Map<ByteString, Verified>();

  /** The totals of each root. */
  totals(site: Site): ReadonlyMap<Root, RootTotals> {
    const before = this.known;
    this.known = new Map();
    return new Map(site.roots.map((root) => [root, this.totalsOf(site, root, before)]));
  }

  private totalsOf(site: Site, root: Root, before: ReadonlyMap<ByteString, Sums>): RootTotals {
    const oldestSuccess = new Map<RescanFacet, number>();
    let repos = 0;
    let files = 0;
    let bytes = 0;
    const verified: VerifyStatus[] = [];
    let oldestSums = Number.POSITIVE_INFINITY;
    for (const { directory } of listShadowRepos(site.location, root.path)) {
      const gitDir = joinPath(directory, '.git');
      const sums = sumsOf(directory, before.get(directory), gateOf(site).forReading);
      this.known.set(directory, sums);
      repos += 1;
      files += sums.files;
      bytes += sums.bytes;
      if (sums.isSummed) oldestSums = Math.min(oldestSums, (readSumTimes(gitDir).at?.getTime() ?? 0) / 1000);
      const status = root.facets.includes('verify') ? this.statusOf(directory, gateOf(site).forReading) : null;
      if (status !== null) verified.push(status);
      for (const facet of root.facets) {
        const success = (timeOfRun(gitDir, 'success', facet)?.getTime() ?? 0) / 1000;
        oldestSuccess.set(facet, Math.min(success, oldestSuccess.get(facet) ?? success));
      }
    }
    return { repos, files, bytes, oldestSums: Number.isFinite(oldestSums) ? oldestSums : 0, oldestSuccess,
      verified: root.facets.includes('verify') ? totalOf(verified) : null };
  }

  /** Null if it cannot be told, which others tell about. */
  private statusOf(directory: ByteString, gate: Gate): VerifyStatus | null {
    try {
      const repo = ShadowRepo.open(directory, gate);
      const heads = ['sha', 'verify'].map((facet) => repo.head(facet as RescanFacet) ?? '').join();
      const before = this.verified.get(directory);
      if (before?.heads === heads) return before.status;
      const status = verifyStatus(repo, Math.floor(Date.now() / 1000));
      this.verified.set(directory, { heads, status });
      return status;
    } catch (error) {
      if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
      return null;
    }
  }
}

function totalOf(statuses: readonly VerifyStatus[]): VerifyTotals {
  const sum = (value: (status: VerifyStatus) => number): number => statuses.reduce((total, status) => total + value(status), 0);
  const oldest = statuses.flatMap((status) => status.oldest ?? []);
  return {
    corrupt: sum(({ corrupt }) => corrupt),
    rewritten: sum(({ rewritten }) => rewritten),
    oldest: oldest.length === 0 ? 0 : Math.min(...oldest),
    bytes: sum(({ all }) => all.bytes),
    neverBytes: sum(({ never }) => never.bytes),
  };
}

function sumsOf(directory: ByteString, before: Sums | undefined, gate: Gate): Sums {
  try {
    const repo = ShadowRepo.open(directory, gate);
    const head = readRef(repo.gitDir, branchOf('stat'));
    if (before !== undefined && before.head === head) return before;
    const { files, size } = readFacts(repo);
    return { head, files: files ?? 0, bytes: Number(size ?? 0), isSummed: files !== null };
  } catch (error) {
    if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
    // A damaged repo is a problem that others tell about.
    return before ?? { head: null, files: 0, bytes: 0, isSummed: false };
  }
}
