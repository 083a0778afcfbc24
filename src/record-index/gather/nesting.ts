import { hash } from 'node:crypto';
import type { Oid } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { relativeTo } from '../../history/places/parts.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, isAtOrBelow } from '../../util/byte-string.js';

/** What matters of a repo for those around it. */
export interface NestedFacts {
  readonly repo: ShadowRepo;
  /** When its records begin, in seconds since 1970; null if there are none. */
  readonly firstRecord: number | null;
  /** Its newest record is for one sum (`ignore-most`). */
  readonly isOneSum: boolean;
  /** The newest tree of `stat`; null if there is none. */
  readonly tree: Oid | null;
}

/** Earlier than any record: what never counts, since it is in a sum. */
const IN_SUM = 0;
/** What never counts, since another repo records the same path. */
const RECORDED_ELSEWHERE = -1;

/** How another repo has what is in a directory: file by file, in a sum, or not. */
type Cover = 'files' | 'sum' | null;

/** The directories that a path is in, the innermost first. */
function* directoriesAbove(path: ByteString): Generator<ByteString> {
  for (let at = path; at !== '/' && at !== '.'; ) yield (at = directoryOf(at));
}

/**
 * Which rows of a repo count, so that no byte counts twice: an inner repo that records more than one sum answers below its realdir
 * from its first record on; one that is for one sum does so only where nothing around it counts the same bytes.
 */
export class Nesting {
  /**
   * @param inner by their realdirs, relative to that of the outer one, the repos in it that answer for themselves, and from when on, in
   * seconds since 1970
   * @param isOneSum the repo is for one sum
   * @param cover how another repo counts what is in it; that matters where it is for one sum
   */
  constructor(
    private readonly inner: ReadonlyMap<ByteString, number>,
    private readonly isOneSum: boolean,
    private readonly cover: Cover,
  ) {}

  /** What the rows depend on: where it changes, these are made anew. */
  get signature(): string {
    const text = JSON.stringify([[...this.inner], this.isOneSum, this.cover]);
    return hash('sha256', Buffer.from(text, 'latin1')).slice(0, 32);
  }

  /**
   * From when on a row does not count, in seconds since 1970; null if it always does.
   * @param path relative to the realdir; empty for the sum of all of it
   * @param isSum whether it stands for all that is below it
   */
  countedUntil(path: ByteString, isSum: boolean): number | null {
    if (this.cover === 'files') return RECORDED_ELSEWHERE;
    if (this.cover === 'sum' || (path === '') !== this.isOneSum) return IN_SUM;
    if (this.inner.size === 0) return null;
    const times: number[] = [];
    for (let at = path; at !== '.' && at !== ''; at = directoryOf(at)) {
      const from = this.inner.get(at);
      if (from !== undefined) times.push(from);
    }
    if (isSum) for (const [inner, from] of this.inner) if (path === '' || isAtOrBelow(inner, path)) times.push(from);
    return times.length === 0 ? null : Math.min(...times);
  }
}

/** Of each of some repos, by its directory, how it is divided with the others. @throws FsoError if a repo cannot be read */
export function nestingsOf(repos: readonly NestedFacts[]): ReadonlyMap<ByteString, Nesting> {
  const byRealdir = new Map(repos.map((facts) => [facts.repo.realdir, facts]));
  const inner = new Map<NestedFacts, Map<ByteString, number>>();
  const nestings = new Map<ByteString, Nesting>();
  // Sorted, so that signatures do not depend on the order.
  for (const facts of repos.toSorted((a, b) => (a.repo.realdir < b.repo.realdir ? -1 : 1))) {
    const { firstRecord, isOneSum } = facts;
    if (firstRecord === null || isOneSum) continue;
    for (const outer of outerOf(facts, byRealdir)) {
      const known = inner.get(outer) ?? new Map<ByteString, number>();
      inner.set(outer, known.set(relativeTo(outer.repo.realdir, facts.repo.realdir), firstRecord));
    }
  }
  for (const facts of repos) {
    const covers = facts.isOneSum ? outerOf(facts, byRealdir).map((outer) => coverBy(outer, facts.repo.realdir)) : [];
    const cover = covers.find((each) => each === 'files') ?? covers.find((each) => each === 'sum') ?? null;
    nestings.set(facts.repo.directory, new Nesting(inner.get(facts) ?? new Map<ByteString, number>(), facts.isOneSum, cover));
  }
  return nestings;
}

function outerOf({ repo }: NestedFacts, byRealdir: ReadonlyMap<ByteString, NestedFacts>): readonly NestedFacts[] {
  return [...directoriesAbove(repo.realdir)].flatMap((directory) => byRealdir.get(directory) ?? []);
}

/** How a repo has what is in a directory. */
function coverBy({ repo, isOneSum, tree }: NestedFacts, directory: ByteString): Cover {
  if (tree === null) return null;
  if (isOneSum) return 'sum';
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const names = relativeTo(repo.realdir, directory).split('/');
    let at = tree;
    for (const name of names) {
      const entry = reader.findInTree(at, name);
      if (entry === null) return null;
      if (entry.mode !== FileMode.directory) return 'sum';
      at = entry.oid;
    }
    return 'files';
  } finally {
    reader.close();
  }
}
