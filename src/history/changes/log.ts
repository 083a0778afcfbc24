import { oidToHex } from '../../git/objects/object-id.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { OnProblem } from '../places/ground.js';
import type { Part } from '../places/parts.js';
import type { Sums } from '../states/checksums.js';
import type { Histories } from '../states/histories.js';
import { answeredElsewhere } from '../states/nested.js';
import { RecordReaders } from '../states/record-reader.js';
import type { EntryKind, EntryStat } from '../states/recorded-entry.js';
import type { Difference } from './differences.js';
import { differencesOf } from './differences.js';
import { stepsOf } from './path-steps.js';

/** One state that a path got, or its end. */
export interface LogEntry {
  /** Of the commit, in seconds since 1970; never later than that of a later one. */
  readonly seconds: number;
  /** Of `master-stat`, in hexadecimal. */
  readonly commit: string;
  readonly change: Difference['change'] | 'moved';
  readonly kind: EntryKind;
  readonly realdir: ByteString;
  /** Absolute; of what has moved, where it is then. */
  readonly path: ByteString;
  /** Where it was; null unless it has moved. */
  readonly from: ByteString | null;
  readonly before: EntryStat | null;
  readonly after: EntryStat | null;
  /** It was in the first record of its repo, and did not come from elsewhere. */
  readonly first: boolean;
  /** Its checksums in this state; of what is gone, in its last one. Null where none are known. */
  sums(): Sums | null;
}

/** What to tell of a history. */
export interface LogOptions {
  /** Commits after this time, in seconds since 1970, and not after the other one; infinite for all. */
  readonly since: number;
  readonly until: number;
  /** Leaves out other commits, too; the first record of a repo is told apart. */
  readonly isWanted?: (seconds: number, isFirst: boolean) => boolean;
  readonly histories: Histories;
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
  /** Ends what `yieldTurn` cannot, since it runs elsewhere. */
  readonly signal?: AbortSignal | undefined;
}

interface Step {
  readonly part: Part;
  readonly index: number;
  readonly seconds: number;
}

/**
 * What happened to the paths of parts of repos, the newest first; of one commit in Git's order. Moves are deletions and additions here.
 * It costs what changed; only the commits are all read.
 */
export async function* logOf(parts: readonly Part[], options: LogOptions): AsyncGenerator<LogEntry> {
  const readers = new RecordReaders();
  const ends = new Map<ByteString, Map<ByteString, number>>();
  try {
    for (const step of await stepsOfAll(parts, options)) {
      const { repo } = step.part;
      const known = ends.get(repo.directory) ?? new Map<ByteString, number>();
      ends.set(repo.directory, known);
      try {
        for await (const entry of entriesOf(step, known, readers, options)) {
          yield entry;
          const turn = options.yieldTurn();
          if (turn !== undefined) await turn;
        }
      } catch (error) {
        if (!(error instanceof FsoError)) throw error;
        options.onProblem(repo.realdir, error);
      }
    }
  } finally {
    await readers.close();
  }
}

async function stepsOfAll(parts: readonly Part[], options: LogOptions): Promise<Step[]> {
  const { since, until, isWanted = () => true, histories, onProblem, yieldTurn, signal } = options;
  const steps: Step[] = [];
  for (const part of parts) {
    try {
      const { history } = histories.of(part.repo);
      for (const index of await stepsOf(history, part.path, signal)) {
        const seconds = history.stat[index]?.seconds ?? 0;
        if (seconds <= since) break;
        if (seconds <= until && isWanted(seconds, index === 0)) steps.push({ part, index, seconds });
        const turn = yieldTurn();
        if (turn !== undefined) await turn;
      }
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      onProblem(part.repo.realdir, error);
    }
  }
  return steps.sort((a, b) => b.seconds - a.seconds);
}

/** @param ends when the states of paths ended that were told already */
async function* entriesOf(
  { part, index, seconds }: Step,
  ends: Map<ByteString, number>,
  readers: RecordReaders,
  { histories, until, isWanted }: LogOptions,
): AsyncGenerator<LogEntry> {
  const { repo, path } = part;
  const opened = histories.of(repo);
  const { history } = opened;
  const [before, after] = [history.byIndex(index - 1), history.byIndex(index)];
  if (after === null) return;
  // All that came later has been told, so the ends of states are known.
  const isWhole = until === Number.POSITIVE_INFINITY && isWanted === undefined && part.nested.length === 0;
  const nested = answeredElsewhere(part, (before ?? after).stat.seconds);
  for await (const difference of differencesOf(opened, { before, after, path, nested }, await readers.of(history))) {
    const { change, kind, path: relative, first } = difference;
    const isGone = change === 'deleted';
    const end = isGone ? seconds : isWhole ? (ends.get(relative) ?? null) : undefined;
    if (isWhole) ends.set(relative, seconds);
    yield {
      seconds,
      commit: oidToHex(after.stat.oid),
      change,
      kind,
      realdir: repo.realdir,
      path: relative === '' ? repo.realdir : joinPath(repo.realdir, relative),
      from: null,
      before: difference.before,
      after: difference.after,
      first,
      sums: () => {
        const asked = histories.of(repo);
        const state = asked.history.byIndex(isGone ? index - 1 : index);
        const life = isGone ? { end } : { begin: seconds, end };
        return kind !== 'file' || state === null ? null : asked.checksums.of(relative, state, life);
      },
    };
  }
}
