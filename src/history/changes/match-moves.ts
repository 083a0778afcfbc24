import type { ByteString } from '../../util/byte-string.js';
import { baseOf } from '../../util/byte-string.js';
import type { EntryKind } from '../states/recorded-entry.js';

/** A path that is gone, or one that is new. */
export interface MoveCandidate {
  /** Absolute. */
  readonly path: ByteString;
  readonly kind: EntryKind;
  readonly size: number | bigint;
  readonly mtime: number | bigint | null;
  /** Null where none is known. */
  readonly sha256: string | null;
  /** The id of its record, which is that of the target for a link. */
  readonly record: string;
}

type MayPair<T> = (added: T, gone: T) => boolean;

/** More paths than that are not compared in all, then equals are taken in the order of their paths. */
const COMPARISONS_MAX = 2_000_000;
/** How often it is asked in all whether two may pair; what is left then has not moved. */
const PAIRS_MAX = 20_000_000;

/** What may still be spent on looking for the best. */
interface Budget {
  comparisons: number;
  pairs: number;
}

/**
 * Which new paths are what is gone elsewhere: files with the same checksum, or, where one of the two has none or both are empty, with the
 * same size, mtime and name; links and summaries with the same record and name. Of several candidates it is one with the same
 * name, then the one whose path has most in common. What is gone has gone to one place at most.
 * @param gone sorted by path; so is `added`
 * @param mayPair tells whether they can belong together at all
 * @returns what is gone by what is new
 */
export function matchMoves<T extends MoveCandidate>(gone: readonly T[], added: readonly T[], mayPair: MayPair<T> = () => true): Map<T, T> {
  const moves = new Map<T, T>();
  const taken = new Set<T>();
  const budget: Budget = { comparisons: COMPARISONS_MAX, pairs: PAIRS_MAX };
  const match = (keyOf: (one: T) => string | null): void => {
    const groups = grouped(gone.filter((one) => !taken.has(one)), keyOf);
    for (const [key, news] of grouped(added.filter((one) => !moves.has(one)), keyOf)) {
      for (const [one, from] of pairsOf(groups.get(key) ?? [], news, mayPair, budget)) {
        moves.set(one, from);
        taken.add(from);
      }
    }
  };
  const sum = ({ kind, size, sha256 }: T): string | null => (kind === 'file' && Number(size) > 0 ? sha256 : null);
  match((one) => (sum(one) === null ? null : `${sum(one)} ${baseOf(one.path)}`));
  match(sum);
  matchWithoutSums(gone, added, { moves, taken, mayPair, budget });
  return moves;
}

/** What checksums tell apart is not the same; where one of the two has none, they tell nothing. */
function matchWithoutSums<T extends MoveCandidate>(
  gone: readonly T[],
  added: readonly T[],
  { moves, taken, mayPair, budget }: {
    readonly moves: Map<T, T>;
    readonly taken: Set<T>;
    readonly mayPair: MayPair<T>;
    readonly budget: Budget;
  },
): void {
  const keyOf = ({ path, kind, size, mtime, record }: T): string =>
    `${kind} ${kind === 'file' ? `${size} ${mtime}` : record} ${baseOf(path)}`;
  const groups = grouped(gone.filter((one) => !taken.has(one)), keyOf);
  for (const [key, news] of grouped(added.filter((one) => !moves.has(one)), keyOf)) {
    const isTold = (one: T): boolean => one.sha256 !== null && Number(one.size) > 0;
    const candidates = (groups.get(key) ?? []).filter((one) => !taken.has(one));
    for (const part of [news.filter((one) => !isTold(one)), news.filter(isTold)]) {
      const left = candidates.filter((one) => !taken.has(one) && (part.length === 0 || !(isTold(one) && isTold(part[0] as T))));
      for (const [one, from] of pairsOf(left, part, mayPair, budget)) {
        moves.set(one, from);
        taken.add(from);
      }
    }
  }
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/** For each of what is new, in order, the nearest of what is left. */
function* pairsOf<T extends MoveCandidate>(
  gone: readonly T[],
  added: readonly T[],
  mayPair: MayPair<T>,
  budget: Budget,
): Generator<readonly [added: T, gone: T]> {
  const left = [...gone];
  const isMany = gone.length * added.length > budget.comparisons;
  if (!isMany) budget.comparisons -= gone.length * added.length;
  for (const one of added) {
    if (left.length === 0 || budget.pairs <= 0) return;
    const index = isMany ? left.findIndex((each) => mayPair(one, each)) : nearestOf(left, one, mayPair);
    if (isMany) budget.pairs -= index < 0 ? left.length : index + 1;
    const [from] = index < 0 ? [] : left.splice(index, 1);
    if (from !== undefined) yield [one, from];
  }
}

/** The index of the candidate whose path has most in common; -1 if there is none. */
function nearestOf<T extends MoveCandidate>(candidates: readonly T[], one: T, mayPair: MayPair<T>): number {
  let [best, most] = [-1, -1];
  for (const [index, candidate] of candidates.entries()) {
    const common = mayPair(one, candidate) ? commonNames(candidate.path, one.path) : -1;
    if (common > most) [best, most] = [index, common];
  }
  return best;
}

/** How many names two paths have in common, from the start on and from the end on. */
function commonNames(one: ByteString, other: ByteString): number {
  const [a, b] = [one.split('/'), other.split('/')];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return start + end;
}
