import type { Oid } from '../git/object-id.js';
import { readRef } from '../git/refs.js';
import { branchOf } from '../shadow/branches.js';
import { listShadowRepos } from '../shadow/list-repos.js';
import { timeOfRun } from '../shadow/run-marks.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { errnoOf, FsoError } from '../util/errors.js';
import { readFacts } from './repo-facts.js';
import type { RescanFacet, Root, Site } from './types.js';

/** What the shadow repos of a root add up to, as far as it is recorded. */
export interface RootTotals {
  readonly repos: number;
  readonly files: number;
  readonly bytes: number;
  /** Last run that was complete, of the repo where that is longest ago; seconds since the epoch, 0 for never. */
  readonly oldestSuccess: ReadonlyMap<RescanFacet, number>;
}

interface Sums {
  readonly head: Oid | null;
  readonly files: number;
  readonly bytes: number;
}

/** Adds up the shadow repos of roots; what has not changed since the last time is not read again. */
export class RootSummer {
  private known = new Map<ByteString, Sums>();

  /** The totals of each root. */
  totals(site: Site): ReadonlyMap<Root, RootTotals> {
    const before = this.known;
    this.known = new Map();
    return new Map(site.roots.map((root) => [root, this.totalsOf(site, root, before)]));
  }

  private totalsOf({ location }: Site, root: Root, before: ReadonlyMap<ByteString, Sums>): RootTotals {
    const oldestSuccess = new Map<RescanFacet, number>();
    let repos = 0;
    let files = 0;
    let bytes = 0;
    for (const { directory } of listShadowRepos(location, root.path)) {
      const gitDir = joinPath(directory, '.git');
      const sums = sumsOf(directory, before.get(directory));
      this.known.set(directory, sums);
      repos += 1;
      files += sums.files;
      bytes += sums.bytes;
      for (const facet of root.facets) {
        const success = (timeOfRun(gitDir, 'success', facet)?.getTime() ?? 0) / 1000;
        oldestSuccess.set(facet, Math.min(success, oldestSuccess.get(facet) ?? success));
      }
    }
    return { repos, files, bytes, oldestSuccess };
  }
}

function sumsOf(directory: ByteString, before: Sums | undefined): Sums {
  try {
    const head = readRef(joinPath(directory, '.git'), branchOf('stat'));
    if (before !== undefined && before.head === head) return before;
    const { files, size } = readFacts(directory);
    return { head, files: files ?? 0, bytes: Number(size ?? 0) };
  } catch (error) {
    if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
    // A damaged repo is a problem that others tell about.
    return before ?? { head: null, files: 0, bytes: 0 };
  }
}
