import { FileMode } from '../../git/trees/tree-codec.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Overlap, RecordedTree } from '../../history/overlap.js';
import { overlapOf } from '../../history/overlap.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import { branchOf } from '../../shadow/facets.js';
import { treeOfBranch } from '../../shadow/read/facet-tree.js';
import { findEntry } from '../../shadow/read/tree-files.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { gateOf } from '../guard/site-gate.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { Site } from '../site.js';

/** A repo with its records. */
interface Recorded extends RecordedTree {
  readonly realdir: ByteString;
  readonly shadow: ByteString;
}

/** A repo that another one above it records file by file, too. */
export interface OverlappedRepo {
  readonly realdir: ByteString;
  /** The nearest repo above it that does so. */
  readonly outer: Pick<Recorded, 'realdir' | 'shadow'>;
  readonly overlap: Overlap;
}

/**
 * The repos that another one above them records file by file, too, in their order. What cannot be read is left out: whoever
 * records it tells of it.
 * @param filesMax so many files of all repos are counted
 */
export async function* findOverlaps(
  site: Site,
  repos: readonly PlannedRepo[],
  filesMax: number,
  yieldTurn: YieldTurn,
): AsyncGenerator<OverlappedRepo> {
  const records = new Records(site, repos);
  let left = filesMax;
  for (const { realdir } of repos) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    const outer = records.above(realdir);
    const inner = outer === null ? null : records.of(realdir);
    if (outer === null || inner === null) continue;
    const overlap = unlessUnreadable(() => overlapOf(outer.part, inner, Math.max(left, 1)));
    // There may be more repos than files that may be open.
    for (const { reader } of [outer.part, inner]) reader.close();
    if (overlap === null || overlap.files === 0) continue;
    left -= overlap.files;
    yield { realdir, outer: outer.repo, overlap };
  }
}

/** The records of repos, looked for when they are asked for. */
class Records {
  private readonly shadows: ReadonlyMap<ByteString, ByteString>;
  private readonly known = new Map<ByteString, Recorded | null>();

  constructor(
    private readonly site: Site,
    repos: readonly PlannedRepo[],
  ) {
    this.shadows = new Map(repos.flatMap(({ realdir, shadow }) => (shadow === null ? [] : [[realdir, shadow]])));
  }

  of(realdir: ByteString): Recorded | null {
    const known = this.known.get(realdir);
    if (known !== undefined) return known;
    const shadow = this.shadows.get(realdir);
    const recorded = shadow === undefined ? null : this.open(realdir, shadow);
    this.known.set(realdir, recorded);
    return recorded;
  }

  /** The nearest repo above a directory that records it file by file, with what it records of it. */
  above(realdir: ByteString): { readonly repo: Recorded; readonly part: RecordedTree } | null {
    if (!this.shadows.has(realdir)) return null;
    for (let above = realdir; above !== '/'; ) {
      above = directoryOf(above);
      const repo = this.shadows.has(above) ? this.of(above) : null;
      if (repo === null) continue;
      const path = realdir.slice(above === '/' ? 1 : above.length + 1);
      const entry = unlessUnreadable(() => findEntry(repo.reader, repo.tree, path));
      if (entry?.mode === FileMode.directory) return { repo, part: { reader: repo.reader, tree: entry.oid } };
    }
    return null;
  }

  private open(realdir: ByteString, shadow: ByteString): Recorded | null {
    return unlessUnreadable(() => {
      const { gitDir } = openAt(shadow, realdir, gateOf(this.site).forReading);
      const reader = ObjectReader.open(gitDir);
      try {
        const tree = treeOfBranch(gitDir, reader, branchOf('stat'));
        return tree === null ? null : { realdir, shadow, reader, tree };
      } finally {
        reader.close();
      }
    });
  }
}

function unlessUnreadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof FsoError || errnoOf(thrown) !== undefined) return null;
    throw thrown;
  }
}
