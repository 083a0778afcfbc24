import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { differencesOf } from '../changes/differences.js';
import type { MoveCandidate } from '../changes/match-moves.js';
import { matchMoves } from '../changes/match-moves.js';
import type { OnProblem } from '../places/ground.js';
import type { Part } from '../places/parts.js';
import type { Sums } from '../states/checksums.js';
import type { Histories } from '../states/histories.js';
import type { EntryStat } from '../states/recorded-entry.js';
import { RecordReader } from '../states/record-reader.js';
import type { RepoState } from '../states/repo-history.js';

/** A part of a repo, without the repos in it that are told apart. */
export interface ToldPart {
  readonly part: Part;
  /** Their realdirs, relative. */
  readonly nested: readonly ByteString[];
  /** The first edge at which something is known; -1 if that is later. */
  readonly start: number;
}

/** A file of the first record of a repo that went from another one. */
export interface MovedIn<T extends ToldPart> {
  readonly to: T;
  /** Absolute. */
  readonly path: ByteString;
  readonly stat: EntryStat;
}

interface MoveOptions {
  /** Seconds since 1970, ascending. */
  readonly edges: readonly number[];
  readonly histories: Histories;
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
}

type Candidate<T extends ToldPart> = MoveCandidate & MovedIn<T>;

/**
 * Of what the first records of some repos hold, what others, which had records before, had at one edge of a period and not at the next: it
 * has moved, and is not newly observed. It costs what is gone and what is new.
 * @param parts all that are asked about
 * @param news those whose first records are in the period
 */
export async function movedIn<T extends ToldPart>(parts: readonly T[], news: readonly T[], options: MoveOptions): Promise<MovedIn<T>[]> {
  const gone = news.length === 0 ? [] : await collect(parts, options, (part, records) => goneFrom(part, records, options));
  const sizes = new Set(gone.map(({ size }) => String(size)));
  const added = gone.length === 0 ? [] : await collect(news, options, (part, records) => firstIn(part, records, options, sizes));
  return [...matchMoves(gone, added, (one, from) => from.to.start < one.to.start).keys()];
}

/** Sorted by path. A repo that cannot be read is passed over. */
async function collect<T extends ToldPart>(
  parts: readonly T[],
  { histories, onProblem, yieldTurn }: MoveOptions,
  candidatesIn: (part: T, records: RecordReader) => AsyncIterable<Candidate<T> | null>,
): Promise<Candidate<T>[]> {
  const found: Candidate<T>[] = [];
  for (const part of parts) {
    const records = new RecordReader(histories.of(part.part.repo).history);
    try {
      for await (const one of candidatesIn(part, records)) {
        if (one !== null) found.push(one);
        const turn = yieldTurn();
        if (turn !== undefined) await turn;
      }
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      onProblem(part.part.repo.realdir, error);
    } finally {
      await records.close();
    }
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function* goneFrom<T extends ToldPart>(
  from: T,
  records: RecordReader,
  { edges, histories }: MoveOptions,
): AsyncGenerator<Candidate<T> | null> {
  const { part: { repo, path }, nested } = from;
  const asked = histories.of(repo);
  let before: RepoState | null = null;
  for (const edge of edges) {
    const after = asked.history.at(edge);
    if (before !== null && after !== null && before.index !== after.index) {
      for await (const { change, path: at, before: stat, sumsBefore } of differencesOf(asked, { before, after, path, nested }, records)) {
        yield change === 'deleted' && stat?.kind === 'file' ? candidate(from, at, stat, sumsBefore()) : null;
      }
    }
    before = after;
  }
}

async function* firstIn<T extends ToldPart>(
  to: T,
  records: RecordReader,
  { histories }: MoveOptions,
  sizes: ReadonlySet<string>,
): AsyncGenerator<Candidate<T> | null> {
  const { part: { repo, path }, nested } = to;
  const asked = histories.of(repo);
  const after = asked.history.byIndex(0);
  if (after === null) return;
  for await (const { path: at, after: stat, sumsAfter } of differencesOf(asked, { before: null, after, path, nested }, records)) {
    yield stat?.kind === 'file' && sizes.has(String(stat.size)) ? candidate(to, at, stat, sumsAfter()) : null;
  }
}

function candidate<T extends ToldPart>(to: T, relative: ByteString, stat: EntryStat, sums: Sums | null): Candidate<T> {
  const { kind, size, mtime, record } = stat;
  return { to, stat, kind, size, mtime, record, sha256: sums?.sha256 ?? null, path: joinPath(to.part.repo.realdir, relative) };
}
