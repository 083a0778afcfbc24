import { recordArchive as coreArchive } from '../facets/archive/record-archive.js';
import { recordSot as coreSot } from '../facets/combined/record-sot.js';
import { recordTos as coreTos } from '../facets/combined/record-tos.js';
import { recordContent as coreContent } from '../facets/content/content.js';
import type { FacetListener as CoreListener, FacetResult as CoreResult } from '../facets/facet-result.js';
import type { ChangeLetter } from '../facets/observe/events.js';
import { recordSha as coreSha } from '../facets/sha/record-sha.js';
import type { ShaOptions as CoreShaOptions } from '../facets/sha/record-sha.js';
import { recordStat as coreStat } from '../facets/stat/record-stat.js';
import { statusOfStat } from '../facets/stat/status.js';
import type { StatusEntry as CoreStatusEntry } from '../facets/stat/status.js';
import type { Reading as CoreReading } from '../realdir/hash/hash-pool.js';
import type { RunOptions as CoreRunOptions } from '../shadow/transaction/run-options.js';
import { textOfBytes } from '../util/byte-string.js';
import { checkedOptions, checkedWord } from './checked-options.js';
import type { RunOptions, SignalOption } from './inputs.js';
import { coreOptions } from './inputs.js';
import type { Repo } from './repo.js';
import { opened } from './repo.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';

/** What a run of one facet did. */
export type FacetResult = Public<CoreResult>;
/** How far the reading of files is. */
export type Reading = Public<CoreReading>;
/** A path that differs from its last record; `.` is the toplevel. */
export type StatusEntry = Public<CoreStatusEntry>;

/** How a facet is recorded. */
export interface RecordOptions extends RunOptions {
  /** Records what is there now where a filesystem was mounted in the realdir, and is not any more. */
  readonly acceptEmpty?: boolean;
  /** Entries looked at and bytes read so far, the directory that was done last, and, where files are read, how far that is. */
  readonly onProgress?: (visited: number, bytes: number, directory: string, reading: Reading | null) => void;
  /** Each path that is new (`?`), modified (`M`) or gone (`D`). */
  readonly onChange?: (letter: ChangeLetter, path: string) => void;
}

/** How `stat` is recorded. */
export interface StatOptions extends RecordOptions {
  /** `range` renews the toplevel summary although nothing triggers it, `only` does nothing else. */
  readonly mtimeRange?: 'range' | 'only';
  /** Renews the summaries of the toplevel, of all nogbundles and of all submodules. */
  readonly recheck?: boolean;
}

const MTIME_RANGES: readonly string[] = ['range', 'only'];

/** How `sha` is recorded. */
export interface ShaOptions extends RecordOptions, CoreShaOptions {}

/** The options of a run of the core that records a facet. */
export function recordOptions(options: RecordOptions): CoreRunOptions & CoreListener {
  const { acceptEmpty, onProgress, onChange } = checkedOptions(options);
  return {
    ...coreOptions(options),
    ...(acceptEmpty !== undefined && { acceptEmpty }),
    ...(onProgress && {
      onProgress: (visited: number, bytes: number, directory: string, reading: CoreReading | null) =>
        onProgress(visited, bytes, textOfBytes(directory), toPublic(reading)),
    }),
    ...(onChange && { onChange: (letter: ChangeLetter, path: string) => onChange(letter, textOfBytes(path)) }),
  };
}

/** Records names, sizes and mtimes on `master-stat`. @throws LockedError if another run writes for longer than `waitMs` */
export async function recordStat(repo: Repo, options: StatOptions = {}): Promise<FacetResult> {
  const { mtimeRange, recheck } = checkedOptions(options);
  checkedWord(mtimeRange, MTIME_RANGES, 'mtimeRange');
  const own = { ...(mtimeRange !== undefined && { mtimeRange }), ...(recheck !== undefined && { recheck }) };
  return toPublic(await coreStat(opened(repo, 'write'), { ...recordOptions(options), ...own }));
}

/**
 * Records checksums on `master-sha`. Reads only files that changed since they were hashed. A run that is cancelled records what it has.
 * @throws LockedError if another `sha` runs for longer than `waitMs`
 */
export async function recordSha(repo: Repo, options: ShaOptions = {}): Promise<FacetResult> {
  const { workers, limit } = checkedOptions(options);
  const own = { ...(workers !== undefined && { workers }), ...(limit !== undefined && { limit }) };
  return toPublic(await coreSha(opened(repo, 'write'), { ...recordOptions(options), ...own }));
}

/** Records the README.md and the paths of `master-content` as Git would store them. Throws like `recordStat`. */
export async function recordContent(repo: Repo, options: RecordOptions = {}): Promise<FacetResult> {
  return toPublic(await coreContent(opened(repo, 'write'), recordOptions(options)));
}

/** Records the content of an archive placeholder. @throws FsoError if the realdir is not immutable, or not recorded by `stat` as it is */
export async function recordArchive(repo: Repo, options: RecordOptions = {}): Promise<FacetResult> {
  return toPublic(await coreArchive(opened(repo, 'write'), recordOptions(options)));
}

/** Combines stat, sha and content side by side on `master-sot`; the realdir is not read. Throws like `recordStat`. */
export async function recordSot(repo: Repo, options: RecordOptions = {}): Promise<FacetResult> {
  return toPublic(await coreSot(opened(repo, 'write'), recordOptions(options)));
}

/** Combines stat, sha and content path by path on `master-tos`; the realdir is not read. Throws like `recordStat`. */
export async function recordTos(repo: Repo, options: RecordOptions = {}): Promise<FacetResult> {
  return toPublic(await coreTos(opened(repo, 'write'), recordOptions(options)));
}

/** What `recordStat` would record, sorted by the bytes of the paths. Nothing is written. */
export async function status(
  repo: Repo,
  options: SignalOption = {},
): Promise<{ readonly entries: readonly StatusEntry[]; readonly result: FacetResult }> {
  checkedOptions(options).signal?.throwIfAborted();
  return toPublic(await statusOfStat(opened(repo, 'read'), options));
}
