import type { ByteString } from '../../util/byte-string.js';
import type { Oid } from '../objects/object-id.js';
import { oidToHex } from '../objects/object-id.js';
import { DamagedObjectError } from '../objects/object-errors.js';
import type { ObjectReader } from '../objects/object-reader.js';
import { CommitGraph } from './commit-graph.js';
import type { GraphCommit } from './commit-graph.js';
import { shallowCommits } from './shallow.js';

/** A commit of the first-parent history of a branch. */
export interface RecordedCommit {
  readonly oid: Oid;
  readonly tree: Oid;
  /** Seconds since 1970: the latest commit time of this one and those before it, since clocks run back. */
  readonly seconds: number;
}

/**
 * The first-parent history of a commit, the oldest first; of a shallow clone, as far as it goes. The reflog is not asked: gc cuts it,
 * and a clone has none.
 * @param after no commit before the first one that is older, in seconds since 1970
 * @throws FsoError if it cannot be read
 */
export function firstParents(
  gitDir: ByteString,
  reader: ObjectReader,
  tip: Oid,
  after = Number.NEGATIVE_INFINITY,
): readonly RecordedCommit[] {
  const ends = shallowCommits(gitDir);
  const graph = CommitGraph.read(gitDir);
  const commits: { oid: Oid; tree: Oid; seconds: number }[] = [];
  const seen = new Set<Oid>();
  for (let oid: Oid | null = tip; oid !== null; ) {
    const { tree, seconds, firstParent }: GraphCommit = graph?.find(oid) ?? readCommit(reader, oid);
    commits.push({ oid, tree, seconds });
    // Ids of commits cannot lead round, but what somebody has written in the place of their objects, or into the graph, can.
    if (seen.size === seen.add(oid).size) throw new DamagedObjectError(gitDir, `the history of ${oidToHex(tip)} leads round in a circle`);
    oid = seconds < after || (ends.size > 0 && ends.has(oidToHex(oid))) ? null : firstParent;
  }
  let latest = Number.NEGATIVE_INFINITY;
  for (const commit of commits.reverse()) {
    latest = Math.max(latest, commit.seconds);
    commit.seconds = latest;
  }
  return commits;
}

function readCommit(reader: ObjectReader, oid: Oid): GraphCommit {
  const { tree, committer, parents } = reader.readCommit(oid);
  return { tree, seconds: committer.seconds, firstParent: parents[0] ?? null };
}

/** The index of the last commit that is not after a time; -1 if all are. @param seconds since 1970 */
export function indexAt(commits: readonly RecordedCommit[], seconds: number): number {
  let [below, above] = [-1, commits.length];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if ((commits[middle]?.seconds ?? 0) <= seconds) below = middle;
    else above = middle;
  }
  return below;
}
