import type { Part } from '../places/parts.js';
import type { LogEntry, LogOptions } from './log.js';
import { logOf } from './log.js';
import { MOVE_SECONDS, withLogMoves } from './log-moves.js';

const sizeOf = ({ before, after }: LogEntry): string => String((after ?? before)?.size);
const isEnd = ({ kind, change }: LogEntry): boolean => kind === 'file' && (change === 'deleted' || change === 'added');
const keyOf = ({ path, commit }: LogEntry): string => `${commit} ${path}`;

/**
 * What may be the other ends of moves whose one end is in a log: deletions and additions of files of the same size, within seven
 * days, wherever they are in some repos.
 * @param entries of the log
 * @param parts where to look
 */
async function otherEnds(
  entries: readonly LogEntry[],
  parts: readonly Part[],
  options: Pick<LogOptions, 'histories' | 'onProblem' | 'yieldTurn'>,
): Promise<LogEntry[]> {
  const ends = entries.filter(isEnd);
  if (ends.length === 0) return [];
  const known = new Set(entries.map(keyOf));
  const times = [...new Set(ends.map(({ seconds }) => seconds))].sort((a, b) => a - b);
  const sizes = { added: new Set<string>(), deleted: new Set<string>() };
  for (const end of ends) sizes[end.change === 'deleted' ? 'added' : 'deleted'].add(sizeOf(end));
  const found: LogEntry[] = [];
  const log = logOf(parts, {
    ...options,
    since: (times[0] ?? 0) - MOVE_SECONDS - 1,
    until: (times.at(-1) ?? 0) + MOVE_SECONDS,
    // First records hold no deletions, but whole repos.
    isWanted: (seconds, isFirst) => isNear(times, seconds) && (!isFirst || sizes.added.size > 0),
  });
  for await (const entry of log) {
    const { change } = entry;
    if ((change === 'added' || change === 'deleted') && sizes[change].has(sizeOf(entry)) && !known.has(keyOf(entry))) found.push(entry);
  }
  return found;
}

/** True if one of some sorted times is not further away than the ends of a move. */
function isNear(times: readonly number[], seconds: number): boolean {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < seconds - MOVE_SECONDS) low = middle + 1;
    else high = middle;
  }
  return (times[low] ?? Number.POSITIVE_INFINITY) <= seconds + MOVE_SECONDS;
}

/** From so many entries on, those are told whose moves are all found. */
const BLOCK = 20_000;

/**
 * The log of parts of repos with moves, the newest first.
 * @param everywhere where the other ends of moves are looked for
 * @param options.most so many entries at most; before moves, of which each takes one of two together
 */
export async function* movesInLog(
  parts: readonly Part[],
  everywhere: readonly Part[],
  options: LogOptions & { readonly most?: number },
): AsyncGenerator<LogEntry> {
  const { most = Number.POSITIVE_INFINITY, since } = options;
  const whole = new Set(parts.flatMap(({ repo, path }) => (path === '' ? repo.directory : [])));
  const isAll = most === Number.POSITIVE_INFINITY && since === Number.NEGATIVE_INFINITY && options.until === Number.POSITIVE_INFINITY;
  // What is told as a whole need not be looked through again.
  const elsewhere = everywhere.filter(({ repo }) => !isAll || !whole.has(repo.directory));
  let entries: LogEntry[] = [];
  let [count, full] = [0, BLOCK];
  for await (const entry of most === 0 ? [] : logOf(parts, options)) {
    entries.push(entry);
    count += 1;
    if (count >= most) break;
    if (entries.length < full || elsewhere.length > 0) continue;
    const edge = entry.seconds + MOVE_SECONDS;
    const moved = withLogMoves(entries, []);
    yield* moved.filter(({ seconds }) => seconds > edge);
    entries = moved.filter(({ seconds }) => seconds <= edge);
    full = entries.length + BLOCK;
  }
  yield* withLogMoves(entries, await otherEnds(entries, elsewhere, options));
}
