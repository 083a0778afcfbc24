import type { RecordedCommit } from '../../git/commits/first-parents.js';
import { oidToHex } from '../../git/objects/object-id.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { treeChanges } from '../../history/changes/tree-changes.js';
import { isAnswered } from '../../history/states/recorded-entry.js';
import { HASHED_LIST, parseHashedList } from '../../record/hashed-list.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, joinPath } from '../../util/byte-string.js';
import type { RunRow } from '../tables/stored-rows.js';

/** A path that got another record, or none. */
export interface RecordChange {
  /** Relative to the realdir. */
  readonly path: ByteString;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
  /** When, in seconds since 1970. */
  readonly seconds: number;
  /** The tree that it had `before` in. */
  readonly treeBefore: Oid;
}

/** Where the history of a branch goes on. */
export interface BranchStart {
  /** Null for an empty one. */
  readonly tree: Oid | null;
  /** Commits so far. */
  readonly commits: number;
}

/** What is told about each commit. */
export interface RunContext {
  readonly repo: string;
  readonly facet: 'stat' | 'sha';
  add(row: RunRow): void;
}

/**
 * What changes along commits of `stat`, by time; of several commits of one second, the last one counts. What the first commit has over an
 * empty tree is counted, but not told: who asks lists it.
 */
export function* changesAlong(
  reader: ObjectReader,
  start: BranchStart,
  commits: readonly RecordedCommit[],
  runs: RunContext,
): Generator<RecordChange> {
  let tree = start.tree;
  for (let index = 0; index < commits.length; ) {
    const begin = index;
    const commit = commits[begin] as RecordedCommit;
    while (commits[index]?.seconds === commit.seconds) index++;
    const group = commits.slice(begin, index);
    const treeBefore = tree;
    if (group.length > 1 || treeBefore === null) {
      countRuns(reader, { tree: treeBefore, commits: start.commits + begin }, group, runs);
      tree = group.at(-1)?.tree ?? null;
      if (treeBefore === null) continue;
      for (const change of answered(reader, treeBefore, tree)) yield { ...change, seconds: commit.seconds, treeBefore };
      continue;
    }
    const counts = new Counts();
    for (const change of answered(reader, treeBefore, commit.tree)) {
      counts.add(change);
      yield { ...change, seconds: commit.seconds, treeBefore };
    }
    runs.add(counts.rowOf(runs, commit, start.commits + begin));
    ({ tree } = commit);
  }
}

/** Counts what each of some commits has changed. */
export function countRuns(reader: ObjectReader, start: BranchStart, commits: readonly RecordedCommit[], runs: RunContext): void {
  let { tree } = start;
  for (const [index, commit] of commits.entries()) {
    const counts = new Counts();
    for (const change of answered(reader, tree, commit.tree)) counts.add(change);
    runs.add(counts.rowOf(runs, commit, start.commits + index));
    ({ tree } = commit);
  }
}

type Sides = Pick<RecordChange, 'path' | 'before' | 'after'>;

class Counts {
  readonly #counts = { added: 0, modified: 0, deleted: 0 };

  add({ before, after }: Sides): void {
    this.#counts[
      before === null ? 'added'
      : after === null ? 'deleted'
      : 'modified'
    ] += 1;
  }

  rowOf({ repo, facet }: RunContext, { oid, seconds }: RecordedCommit, number: number): RunRow {
    return { repo, facet, number, commit: oidToHex(oid), seconds, ...this.#counts };
  }
}

function* answered(reader: ObjectReader, one: Oid | null, other: Oid | null): Generator<Sides> {
  for (const { path, before, after } of treeChanges(reader, one, other)) {
    const entry = before ?? after;
    if (entry !== null && isAnswered(path, entry)) yield { path, before, after };
  }
}

/** Files whose checksums may be others than before: those that `sha` has recorded anew, and those that it has hashed again. */
export function* rehashed(
  reader: ObjectReader,
  sha: { readonly before: Oid | null; readonly after: Oid | null },
  hashed: { readonly before: Oid | null; readonly after: Oid | null },
): Generator<ByteString> {
  for (const { path } of answered(reader, sha.before, sha.after)) yield path;
  for (const { path, before, after } of listChanges(reader, hashed.before, hashed.after)) {
    const directory = directoryOf(path);
    const [one, other] = [listIn(reader, before), listIn(reader, after)];
    for (const name of new Set([...one.keys(), ...other.keys()])) {
      if (one.get(name) !== other.get(name)) yield directory === '.' ? name : joinPath(directory, name);
    }
  }
}

function listIn(reader: ObjectReader, entry: TreeEntry | null): ReadonlyMap<ByteString, string> {
  const list = entry?.mode === FileMode.file ? parseHashedList(reader.readBlob(entry.oid)) : null;
  return list ?? new Map<ByteString, string>();
}

/** `treeChanges` leaves out what is no record. */
function* listChanges(reader: ObjectReader, one: Oid | null, other: Oid | null): Generator<Sides> {
  for (const change of treeChanges(reader, one, other, '', () => true, () => false)) {
    if (baseOf(change.path) === HASHED_LIST) yield change;
  }
}
