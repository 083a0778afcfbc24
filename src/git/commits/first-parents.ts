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
  const commits: FoundCommit[] = [];
  for (const commit of backwards(gitDir, reader, tip)) {
    commits.push(commit);
    if (commit.seconds < after) break;
  }
  return inOrderOfTime(commits);
}

/**
 * The commits of a first-parent history that come after one of them, the oldest first.
 * @param known the commit that is asked about, as `firstParents` has it
 * @returns null if it is not in the history
 * @throws FsoError if it cannot be read
 */
export function firstParentsSince(
  gitDir: ByteString,
  reader: ObjectReader,
  tip: Oid,
  known: Pick<RecordedCommit, 'oid' | 'seconds'>,
): readonly RecordedCommit[] | null {
  const commits: FoundCommit[] = [];
  for (const commit of backwards(gitDir, reader, tip)) {
    if (commit.oid === known.oid) return inOrderOfTime(commits, known.seconds);
    commits.push(commit);
  }
  return null;
}

type FoundCommit = Pick<RecordedCommit, 'oid' | 'tree'> & { seconds: number };

/** From a commit to its first ancestor, with times as they are. */
function* backwards(gitDir: ByteString, reader: ObjectReader, tip: Oid): Generator<FoundCommit> {
  const ends = shallowCommits(gitDir);
  const graph = CommitGraph.read(gitDir);
  const seen = new Set<Oid>();
  for (let oid: Oid | null = tip; oid !== null; ) {
    const { tree, seconds, firstParent }: GraphCommit = graph?.find(oid) ?? readCommit(reader, oid);
    yield { oid, tree, seconds };
    // Ids of commits cannot lead round, but what somebody has written in the place of their objects, or into the graph, can.
    if (seen.size === seen.add(oid).size) throw new DamagedObjectError(gitDir, `the history of ${oidToHex(tip)} leads round in a circle`);
    oid = ends.size > 0 && ends.has(oidToHex(oid)) ? null : firstParent;
  }
}

/** Commits from the newest on, turned round, each as late as the latest before it. */
function inOrderOfTime(commits: FoundCommit[], since = Number.NEGATIVE_INFINITY): readonly RecordedCommit[] {
  let latest = since;
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
