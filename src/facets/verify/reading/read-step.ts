import type { Oid } from '../../../git/objects/object-id.js';
import { ObjectReader } from '../../../git/objects/object-reader.js';
import { readRef } from '../../../git/refs/refs.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import type { HashPool } from '../../../realdir/hash/hash-pool.js';
import { DirectoryCursor } from '../../../realdir/walk/directory-cursor.js';
import type { IntegrityFinding } from '../../../record/finding.js';
import type { Readings } from '../../../record/readings.js';
import { HASHED_REF } from '../../../shadow/facets.js';
import { TreePaths } from '../../../shadow/read/tree-paths.js';
import type { ShadowRepo } from '../../../shadow/shadow-repo.js';
import type { ByteString } from '../../../util/byte-string.js';
import { traceBelow } from '../../../util/trace.js';
import type { FacetTally } from '../../facet-result.js';
import { MountPoints } from '../../observe/mount-points.js';
import { yieldOutside } from '../../observe/yield-outside.js';
import type { RunLimits } from '../../run-limits.js';
import type { LookEdit } from '../../sha/hashed-edit.js';
import { hashedKey, isAsHashed, keyOfLook } from '../../sha/hashed-look.js';
import { findingsOf } from '../past/make-findings.js';
import { hashedFiles } from '../past/hashed-files.js';
import type { Interval } from '../past/path-ranges.js';
import type { ConfirmedMismatch } from './read-files.js';
import { ReadResults, sha256In } from './read-files.js';
import type { Segment } from './read-order.js';
import { ReadOrder } from './read-order.js';
import { recheckFindings } from './recheck-findings.js';
import { readVerifyState } from '../verify-state.js';
import type { ReadBudget } from './verify-walk.js';
import { VerifyWalk } from './verify-walk.js';

/** What the steps of a run have in common. */
export interface StepContext {
  readonly repo: ShadowRepo;
  readonly pool: HashPool;
  readonly tally: FacetTally;
  readonly limits: RunLimits;
  readonly signal: AbortSignal | undefined;
  /** What was read before the run. */
  readonly readings: Readings;
  /** True for a file that was read not long ago, and need not be read; null if all are to be. */
  readonly isFresh: ((path: ByteString) => boolean) | null;
  readonly now: () => Date;
}

/** What a step has learnt. */
export interface StepResult {
  readonly results: ReadResults;
  /** Findings that are new, or have changed. */
  readonly found: ReadonlyMap<ByteString, IntegrityFinding>;
  /** Paths of findings that are to go. */
  readonly solved: readonly ByteString[];
  /** The same, where what `master-sha` has is not right: `sha` must read these files. */
  readonly toHash: readonly LookEdit[];
  readonly segments: readonly Segment[];
  /** The least path that is still to be read; null if the end was reached. */
  readonly edge: ByteString | null;
  readonly submitted: number;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** Opens all that a step needs; null if there is no realdir. */
async function withWalk(
  { repo, pool, tally, signal }: StepContext,
  interval: Interval,
  step: (walk: Walk) => Promise<StepResult | null>,
): Promise<StepResult | null> {
  const reader = ObjectReader.open(repo.gitDir);
  const cursor = DirectoryCursor.open(repo.realdir, repo.bounds);
  try {
    if (cursor === null) return null;
    const head = repo.head('sha');
    const order = new ReadOrder(interval);
    const trace = traceBelow('verify', repo.realdir);
    const results = new ReadResults();
    const mounts = MountPoints.of(repo, reader);
    const yieldTurn = yieldOutside(cursor, undefined);
    const tree = head === null ? null : reader.readCommit(head).tree;
    return await step({ cursor, reader, pool, order, results, events: tally, trace, signal, mounts, yieldTurn, head, tree });
  } finally {
    cursor?.close();
    reader.close();
  }
}

type Walk = Parameters<typeof recheckFindings>[0] & { readonly head: Oid | null; readonly tree: Oid | null };

/**
 * Without files that have only been renamed to where another one with the same size and mtime was: their bytes are recorded at
 * their old path. That is looked up among all that was hashed, so only for files with another inode than was there.
 */
function withoutRenamed(
  gitDir: ByteString,
  reader: ObjectReader,
  head: Oid | null,
  results: ReadResults,
): readonly ConfirmedMismatch[] {
  const isReplaced = ({ file: { finding, look }, stat }: ConfirmedMismatch): boolean =>
    finding === null && look !== null && !isAsHashed(look, stat);
  const replaced = new Map(results.confirmed.filter(isReplaced).map((each) => [hashedKey(each.stat), each]));
  const hashed = replaced.size === 0 ? null : readRef(gitDir, HASHED_REF);
  if (hashed === null || head === null) return results.confirmed;
  const { tree } = reader.readCommit(head);
  const paths = new TreePaths(reader);
  const renamed = new Set<ConfirmedMismatch>();
  for (const { path, look } of hashedFiles(reader, hashed)) {
    const each = replaced.get(keyOfLook(look) ?? '');
    if (each === undefined || path === each.file.path) continue;
    const entry = paths.find(tree, path);
    if (entry?.mode === FileMode.file && sha256In(reader, entry.oid) === each.found) renamed.add(each);
  }
  results.changed += renamed.size;
  return results.confirmed.filter((each) => !renamed.has(each));
}

function learnt(
  { repo: { gitDir }, readings, now }: StepContext,
  { reader, head, results }: Walk,
): Pick<StepResult, 'found' | 'solved' | 'toHash'> {
  const isKnown = ({ isAsRecorded }: { readonly isAsRecorded: boolean }): boolean => isAsRecorded;
  const confirmed = withoutRenamed(gitDir, reader, head, results);
  const past = head === null ? null : { gitDir, reader, head, readings, now: seconds(now()) };
  return {
    found: past === null || confirmed.length === 0 ? new Map() : findingsOf(past, confirmed),
    solved: results.right.filter(isKnown).map(({ file }) => file.path),
    toHash: results.right.filter((each) => !isKnown(each)).map(({ file }) => ({ path: file.path, before: null, look: null })),
  };
}

/**
 * Reads recorded files of a part of a realdir, in the order of their paths, as many as the budget allows.
 * @returns null if there is no realdir, or no checksum
 */
export function readStep(context: StepContext, interval: Interval, budget: ReadBudget): Promise<StepResult | null> {
  return withWalk(context, interval, async (walk) => {
    const { repo, limits, isFresh } = context;
    const { tree, order, results, mounts, reader } = walk;
    if (tree === null) return null;
    const { findings } = readVerifyState(repo, reader);
    const hashed = readRef(repo.gitDir, HASHED_REF);
    const lost = mounts.isComplete ? null : mounts;
    const files = new VerifyWalk({ ...walk, tree, hashed, findings, interval, isFresh, limits, budget, mounts: lost });
    const isComplete = await files.run();
    if (isComplete) mounts.report(context.tally);
    return { results, ...learnt(context, walk), ...order.result(isComplete), submitted: files.submitted };
  });
}

/** Looks what has become of the files of findings; null if there are none. @param wants whether a path is of interest */
export function recheckStep(context: StepContext, wants: (path: ByteString) => boolean): Promise<StepResult | null> {
  return withWalk(context, { from: '', until: null }, async (walk) => {
    const standing = readVerifyState(context.repo, walk.reader).findings;
    const findings = new Map([...standing].filter(([path]) => wants(path)));
    if (findings.size === 0) return null;
    const { moved, gone } = await recheckFindings(walk, walk.tree, findings);
    const { found, solved, toHash } = learnt(context, walk);
    const all = { found: new Map([...found, ...moved]), solved: [...solved, ...gone], toHash };
    return { results: walk.results, segments: [], edge: null, submitted: 0, ...all };
  });
}
