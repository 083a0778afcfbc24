import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import type { OnProblem } from '../places/ground.js';
import type { Part } from '../places/parts.js';
import type { Sums } from '../states/checksums.js';
import type { AskedRepo, Histories } from '../states/histories.js';
import { answeredElsewhere } from '../states/nested.js';
import { RecordReader } from '../states/record-reader.js';
import type { EntryKind, EntryStat } from '../states/recorded-entry.js';
import type { RepoState } from '../states/repo-history.js';
import { isOneSum } from '../states/tracking.js';
import type { Difference } from './differences.js';
import { differencesOf } from './differences.js';
import { matchMoves } from './match-moves.js';

interface SizePair {
  readonly before: bigint;
  readonly after: bigint;
}

const NO_BYTES: SizePair = { before: 0n, after: 0n };

/** A change of a path between two times. */
export interface Change {
  readonly change: Difference['change'] | 'moved';
  readonly kind: EntryKind;
  readonly repo: ShadowRepo;
  /** Absolute; of what has moved, where it is now. */
  readonly path: ByteString;
  /** Where it was; null unless it has moved. */
  readonly from: ByteString | null;
  /** The repo that had it there. */
  readonly fromRepo: ShadowRepo | null;
  readonly before: EntryStat | null;
  readonly after: EntryStat | null;
  /** It was in the first record of its repo, and did not come from elsewhere. */
  readonly first: boolean;
  /** False for what is in the sum of something else that is listed, or is such a sum. */
  readonly isCounted: boolean;
  /** Of its bytes, those of other repos that are in this sum, and have changes of their own. */
  readonly bytesElsewhere: SizePair;
  /** Null where none is known, or checksums were not asked for. */
  readonly sha256Before: string | null;
  readonly sha256After: string | null;
}

/** What is to be compared, and how. */
export interface CompareOptions {
  /** Seconds since 1970; `until` is infinite for now. */
  readonly since: number;
  readonly until: number;
  /** All checksums are wanted, not only those that tell moves. */
  readonly wantsSums: boolean;
  readonly findsMoves: boolean;
  readonly histories: Histories;
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
}

interface Found extends Pick<Difference, 'change' | 'kind' | 'before' | 'after' | 'first'> {
  readonly repo: ShadowRepo;
  readonly path: ByteString;
  readonly relative: ByteString;
  readonly isCounted: boolean;
  bytesElsewhere: SizePair;
  sha256Before: string | null;
  sha256After: string | null;
}

/**
 * What changed between two times in parts of repos, with moves across all of them; by realdir and path. It costs what changed.
 * @throws UsageError if the times are in the wrong order
 */
export async function compareParts(parts: readonly Part[], options: CompareOptions): Promise<Change[]> {
  if (options.until < options.since) throw new UsageError('the later time is before the earlier one', { remedy: 'exchange the two times' });
  const found: Found[] = [];
  for (const part of parts) {
    try {
      for await (const one of foundIn(part, options)) {
        found.push(one);
        const turn = options.yieldTurn();
        if (turn !== undefined) await turn;
      }
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      options.onProblem(part.repo.realdir, error);
    }
  }
  leaveToNested(found);
  const gone = found.filter(({ change, relative }) => change === 'deleted' && relative !== '');
  const added = found.filter(({ change, relative }) => change === 'added' && relative !== '');
  const mayMove = options.findsMoves && gone.length > 0 && added.length > 0;
  await readSums(options.wantsSums ? found : mayMove ? candidatesOf(gone, added) : [], options);
  return withMoves(found, mayMove ? movesOf(gone, added) : new Map<Found, Found>());
}

async function* foundIn(part: Part, { since, until, histories }: CompareOptions): AsyncGenerator<Found> {
  const { repo, path } = part;
  const asked = histories.of(repo);
  const { history } = asked;
  const after = history.at(until);
  if (after === null) return;
  const comparison = { before: history.at(since), after, path, nested: answeredElsewhere(part, since) };
  const isSum = isOneSum(history.reader, after.stat.tree);
  const records = new RecordReader(history);
  try {
    for await (const difference of differencesOf(asked, comparison, records)) {
      const { change, kind, path: relative, before, after: is, first } = difference;
      yield {
        change, kind, before, after: is, first, repo, relative,
        path: relative === '' ? repo.realdir : joinPath(repo.realdir, relative),
        isCounted: (relative === '') === isSum,
        bytesElsewhere: NO_BYTES,
        sha256Before: null,
        sha256After: null,
      };
    }
  } finally {
    await records.close();
  }
}

/** Bytes count once: a sum leaves those of repos in it to them. What is newly observed there is no change, and stays in the sum. */
function leaveToNested(found: readonly Found[]): void {
  const wholes = found.filter(({ relative, first }) => relative === '' && !first);
  const isOutermost = ({ path }: Found, inSum: readonly Found[]): boolean =>
    !inSum.some((other) => other.path !== path && isAtOrBelow(path, other.path));
  for (const sum of found) {
    if (sum.kind !== 'summary' || sum.relative === '') continue;
    const inSum = wholes.filter(({ path }) => path !== sum.path && isAtOrBelow(path, sum.path));
    const outermost = inSum.filter((whole) => isOutermost(whole, inSum));
    const sizes = (side: 'before' | 'after'): bigint => outermost.reduce((total, whole) => total + BigInt(whole[side]?.size ?? 0), 0n);
    sum.bytesElsewhere = { before: sizes('before'), after: sizes('after') };
  }
}

/** Where no size is on both sides, no checksum needs to be read. */
function candidatesOf(gone: readonly Found[], added: readonly Found[]): readonly Found[] {
  const sizesOf = (all: readonly Found[]): Set<string> => new Set(all.map(({ before, after }) => String((after ?? before)?.size)));
  const [goneSizes, addedSizes] = [sizesOf(gone), sizesOf(added)];
  const isCandidate = ({ kind, before, after }: Found): boolean => {
    const size = String((after ?? before)?.size);
    return kind === 'file' && goneSizes.has(size) && addedSizes.has(size);
  };
  return [...gone, ...added].filter(isCandidate);
}

/** By repo, since a repo may have been closed meanwhile. */
async function readSums(wanted: readonly Found[], { since, until, histories, onProblem, yieldTurn }: CompareOptions): Promise<void> {
  const byRepo = new Map<ShadowRepo, Found[]>();
  for (const one of wanted) {
    const others = byRepo.get(one.repo);
    if (others === undefined) byRepo.set(one.repo, [one]);
    else others.push(one);
  }
  for (const [repo, all] of byRepo) {
    try {
      const asked = histories.of(repo);
      const [before, after] = [since, until].map((seconds) => asked.history.at(seconds));
      for (const one of all) {
        one.sha256Before = sumOf(asked, one.before, one.relative, before ?? null);
        one.sha256After = sumOf(asked, one.after, one.relative, after ?? null);
        const turn = yieldTurn();
        if (turn !== undefined) await turn;
      }
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      onProblem(repo.realdir, error);
    }
  }
}

function sumOf({ checksums }: AskedRepo, stat: EntryStat | null, path: ByteString, state: RepoState | null): string | null {
  const sums: Sums | null = stat?.kind === 'file' && state !== null ? checksums.of(path, state) : null;
  return sums?.sha256 ?? null;
}

function movesOf(gone: readonly Found[], added: readonly Found[]): Map<Found, Found> {
  const candidate = (one: Found) => {
    const { size = 0, mtime = null, record = '' } = one.after ?? one.before ?? {};
    return { one, path: one.path, kind: one.kind, size, mtime, record, sha256: one.sha256After ?? one.sha256Before };
  };
  const moves = matchMoves(gone.map(candidate), added.map(candidate));
  return new Map([...moves].map(([to, from]) => [to.one, from.one]));
}

function withMoves(found: readonly Found[], moves: ReadonlyMap<Found, Found>): Change[] {
  const moved = new Set(moves.values());
  return found.flatMap((one): Change[] => {
    if (moved.has(one)) return [];
    const { relative: _relative, ...change } = one;
    const from = moves.get(one);
    if (from === undefined) return [{ ...change, from: null, fromRepo: null }];
    const { path, repo, before, sha256Before } = from;
    return [{ ...change, change: 'moved', from: path, fromRepo: repo, before, sha256Before, first: false }];
  });
}
