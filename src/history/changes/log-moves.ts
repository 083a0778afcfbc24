import type { ByteString } from '../../util/byte-string.js';
import type { LogEntry } from './log.js';
import type { MoveCandidate } from './match-moves.js';
import { matchMoves } from './match-moves.js';

/** A path that is gone and one that is new belong together if not more than this lies between, in seconds. */
export const MOVE_SECONDS = 7 * 86_400;

/**
 * What the first record of a repo holds may have come from elsewhere, if it was deleted there in the same rescan or before: in
 * seconds, how much later the deletion may be recorded.
 */
const SAME_RESCAN_SECONDS = 86_400;

interface Candidate extends MoveCandidate {
  readonly entry: LogEntry;
}

/** Null for what can be no end of a move: checksums alone tell, in a log. */
function candidateOf(entry: LogEntry): Candidate | null {
  const { kind, path, before, after } = entry;
  const stat = after ?? before;
  const sha256 = kind === 'file' && stat !== null && Number(stat.size) > 0 ? (entry.sums()?.sha256 ?? null) : null;
  return sha256 === null || stat === null ? null : { entry, path, kind, size: stat.size, mtime: stat.mtime, record: stat.record, sha256 };
}

const byPath = (a: Candidate, b: Candidate): number => (a.path < b.path ? -1 : 1);

/**
 * Entries of a log in which deletions and additions of the same file, within seven days, have become moves: at the new path, if
 * that is among the entries; else at the deletion, which tells where the file has gone.
 * @param entries the newest first
 * @param others deletions and additions of other paths, which may be other ends of moves
 */
export function withLogMoves(entries: readonly LogEntry[], others: readonly LogEntry[]): LogEntry[] {
  const isOwn = new Set(entries);
  const sizes = { gone: new Set<string>(), added: new Set<string>() };
  const all = [...entries, ...others];
  for (const { change, before, after } of all) {
    if (change === 'deleted') sizes.gone.add(String(before?.size));
    else if (change === 'added') sizes.added.add(String(after?.size));
  }
  const ends = (change: LogEntry['change'], onOtherSide: ReadonlySet<string>): Candidate[] =>
    all
      .filter((entry) => entry.change === change && onOtherSide.has(String((entry.after ?? entry.before)?.size)))
      .flatMap((entry) => candidateOf(entry) ?? [])
      .sort(byPath);
  const mayPair = ({ entry: to, path }: Candidate, { entry: from, path: old }: Candidate): boolean => {
    const later = from.seconds - to.seconds;
    const isNear = Math.abs(later) <= MOVE_SECONDS && (!to.first || later <= SAME_RESCAN_SECONDS);
    return path !== old && isNear && (isOwn.has(to) || isOwn.has(from));
  };
  const moves = matchMoves(ends('deleted', sizes.added), ends('added', sizes.gone), mayPair);
  const fromOf = new Map<LogEntry, ByteString>();
  const toOf = new Map<LogEntry, Candidate>();
  for (const [to, from] of moves) {
    fromOf.set(to.entry, from.path);
    toOf.set(from.entry, to);
  }
  return entries.flatMap((entry): LogEntry[] => {
    const from = fromOf.get(entry);
    if (from !== undefined) return [{ ...entry, change: 'moved', from, first: false }];
    const to = toOf.get(entry);
    if (to === undefined) return [entry];
    return isOwn.has(to.entry) ? [] : [{ ...entry, change: 'moved', path: to.path, from: entry.path }];
  });
}
