import { compareParts } from '../history/changes/compare-parts.js';
import type { LogEntry as CoreLogEntry } from '../history/changes/log.js';
import { logOf } from '../history/changes/log.js';
import { movesInLog } from '../history/changes/log-elsewhere.js';
import type { PathCoverage } from '../history/places/coverage.js';
import { Ground } from '../history/places/ground.js';
import type { Part } from '../history/places/parts.js';
import { partsOf } from '../history/places/parts.js';
import { coverageBy } from '../history/places/which.js';
import type { Sums } from '../history/states/checksums.js';
import { Histories } from '../history/states/histories.js';
import type { EntryKind, EntryStat } from '../history/states/recorded-entry.js';
import { secondsOf } from '../history/times/date.js';
import { requireRecords } from '../history/times/require-records.js';
import { yieldRegularly } from '../util/async/yield-regularly.js';
import { textOfBytes } from '../util/byte-string.js';
import { checkedList, checkedOptions } from './checked-options.js';
import type { Config } from './config.js';
import { siteOf } from './config.js';
import type { Path, SignalOption } from './inputs.js';
import { absoluteBytesOf } from './inputs.js';

/** How a shadow repo covers a path. */
export interface CoveringRepo {
  readonly realdir: string;
  readonly shadow: string;
  readonly coverage: PathCoverage;
  /** True for the innermost one that records the path file by file. */
  readonly responsible: boolean;
}

/** A time: a `Date`, or all that Git takes as one, such as `2 weeks ago`. */
export type Time = Date | string;

/** What to ask about. */
export interface AnswerOptions extends SignalOption {
  /** Absolute paths of files and directories, which may be gone; all that is recorded if they are not given. */
  readonly places?: readonly Path[];
  /** Now if it is not given. */
  readonly until?: Time;
  /** False tells what has moved as deleted and added. */
  readonly moves?: boolean;
  /** Told of repos that cannot be asked; the others answer. */
  readonly onProblem?: (realdir: string, error: Error) => void;
}

/** What a path has: sizes are bytes, mtimes seconds since 1970, null where the record does not say. */
export type PathStat = Pick<EntryStat, 'kind' | 'size' | 'mtime'>;

/** One state that a path got, or its end; fields as in docs/json.md. */
export interface LogEntry {
  readonly time: Date;
  readonly commit: string;
  readonly change: CoreLogEntry['change'];
  readonly kind: EntryKind;
  readonly path: string;
  readonly from: string | null;
  /** Of what is gone, what it was. */
  readonly stat: PathStat | null;
  readonly first: boolean;
  /** Reads the checksums of this state, which costs time; only while the iteration goes on. Null where none are known. */
  sums(): Sums | null;
}

/** A change of a path between two times; fields as in docs/json.md. */
export interface PathChange {
  readonly change: CoreLogEntry['change'];
  readonly kind: EntryKind;
  readonly path: string;
  readonly from: string | null;
  readonly before: PathStat | null;
  readonly after: PathStat | null;
  readonly sha256Before: string | null;
  readonly sha256After: string | null;
  readonly first: boolean;
}

const groundOf = (config: Config): Ground => {
  const site = siteOf(config);
  return new Ground(site.location, site.roots);
};

/** How repos cover a path, the innermost first. @throws FsoError if one cannot be opened or read */
export function coveringRepos(config: Config, path: Path): CoveringRepo[] {
  const ground = groundOf(config);
  const place = ground.named(absoluteBytesOf(path));
  const repos = ground.reposAbove(place, (_realdir, error) => {
    throw error;
  });
  return coverageBy(repos, place).map(({ repo, coverage, responsible }) => {
    return { realdir: textOfBytes(repo.realdir), shadow: textOfBytes(repo.directory), coverage, responsible };
  });
}

async function secondsFrom(parts: readonly Part[], time: Time | undefined, otherwise: number): Promise<number> {
  if (time === undefined) return otherwise;
  const [part] = parts;
  // Without a repo there is nothing to tell, whatever the time.
  return time instanceof Date ? time.getTime() / 1000 : part === undefined ? otherwise : secondsOf(part.repo.gitDir, time);
}

interface Question {
  readonly parts: readonly Part[];
  readonly everywhere: readonly Part[];
  readonly onProblem: (realdir: string, error: Error) => void;
}

function questionOf(config: Config, { places, onProblem = () => undefined }: AnswerOptions): Question {
  const ground = groundOf(config);
  const tell = (realdir: string, error: Error): void => onProblem(textOfBytes(realdir), error);
  const paths = places === undefined ? null : checkedList(places, 'places').map(absoluteBytesOf);
  return { parts: partsOf(ground, paths, tell), everywhere: paths === null ? [] : partsOf(ground, null, () => undefined), onProblem: tell };
}

const publicStat = (stat: EntryStat | null): PathStat | null => stat && { kind: stat.kind, size: stat.size, mtime: stat.mtime };

/**
 * What happened to paths, the newest first.
 * @param options.since only what was recorded after this time
 * @throws UsageError for a place that no repo covers, or a time that is none; FsoError if records begin after `until`
 */
export async function* readLog(config: Config, options: AnswerOptions & { readonly since?: Time } = {}): AsyncGenerator<LogEntry> {
  const { since, until, moves = true, signal } = checkedOptions(options);
  const { parts, everywhere, onProblem } = questionOf(config, options);
  const times = {
    since: await secondsFrom(parts, since, Number.NEGATIVE_INFINITY),
    until: await secondsFrom(parts, until, Number.POSITIVE_INFINITY),
  };
  const histories = new Histories();
  const coreOptions = { ...times, histories, onProblem, yieldTurn: yieldRegularly(signal), signal };
  try {
    requireRecords(parts, times.until, histories);
    const elsewhere = everywhere.length === 0 ? parts : everywhere;
    for await (const entry of moves ? movesInLog(parts, elsewhere, coreOptions) : logOf(parts, coreOptions)) {
      const { seconds, commit, change, kind, path, from, before, after, first } = entry;
      const places = { path: textOfBytes(path), from: from === null ? null : textOfBytes(from) };
      const stat = publicStat(after ?? before);
      yield { time: new Date(seconds * 1000), commit, change, kind, ...places, stat, first, sums: () => entry.sums() };
    }
  } finally {
    histories.close();
  }
}

/**
 * What changed between two times, by realdir and path.
 * @throws UsageError for a place that no repo covers, or a time that is none; FsoError if records begin after `since`
 */
export async function compareTimes(config: Config, since: Time, options: AnswerOptions = {}): Promise<PathChange[]> {
  const { until, moves = true, signal } = checkedOptions(options);
  const { parts, onProblem } = questionOf(config, options);
  const times = { since: await secondsFrom(parts, since, 0), until: await secondsFrom(parts, until, Number.POSITIVE_INFINITY) };
  const histories = new Histories();
  try {
    requireRecords(parts, times.since, histories);
    const core = { ...times, wantsSums: true, findsMoves: moves, histories, onProblem, yieldTurn: yieldRegularly(signal) };
    return (await compareParts(parts, core)).map(({ change, kind, path, from, before, after, sha256Before, sha256After, first }) => ({
      change,
      kind,
      path: textOfBytes(path),
      from: from === null ? null : textOfBytes(from),
      before: publicStat(before),
      after: publicStat(after),
      sha256Before,
      sha256After,
      first,
    }));
  } finally {
    histories.close();
  }
}
