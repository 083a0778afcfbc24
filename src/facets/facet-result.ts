import { NotEnteredError } from '../realdir/reach/fuse-mounts.js';
import type { ChangeLetter, ObservationEvents } from './observe/events.js';
import type { Reading } from '../realdir/hash/hash-pool.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import type { Oid } from '../git/objects/object-id.js';
import type { LimitHit, LimitName } from './run-limits.js';
import { errnoOf, FsoError } from '../util/errors.js';
import { reasonOf, remedyOf } from '../util/system-errors/system-error.js';

/** A path, relative to the realdir, that could not be read; it keeps its last record. */
export interface Problem {
  readonly path: ByteString;
  readonly message: string;
  /** The way out, where it is known. */
  readonly remedy?: string;
  /** Of a system error, such as `EACCES`. */
  readonly code?: string;
}

/** What a run of one facet did. */
export interface FacetResult {
  /** The new commit; null if nothing changed. */
  readonly commit: Oid | null;
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
  /** False if the run ended before all was looked at; the next one goes on. */
  readonly complete: boolean;
  /** Bytes of files that were read. */
  readonly bytes: number;
  /** Entries of the realdir that were looked at. */
  readonly visited: number;
  /** The first of them. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** The first of them. */
  readonly warnings: readonly Problem[];
  readonly warningCount: number;
  /** Limits that have kept something from being recorded. */
  readonly limits: readonly LimitHit[];
  /** True if nothing was compared, because the realdir is recorded as immutable, and is so or missing. */
  readonly immutable?: boolean;
  /** Of `verify` only. */
  readonly integrity?: VerifyCounts;
}

/** What a run of `verify` has read, and what stands. */
export interface VerifyCounts {
  /** Files that were read and are right. */
  readonly intact: number;
  /** Files that are not what was hashed: `sha` reads them. */
  readonly changed: number;
  readonly unreadable: number;
  /** Findings that stand in what was asked about. */
  readonly corrupt: number;
  readonly rewritten: number;
}

/** Notified while a facet runs. */
export interface FacetListener {
  /**
   * Entries looked at and bytes read so far, the directory that was done last, and how far the reading of files is, where files are read.
   */
  onProgress?(visited: number, bytes: number, directory: ByteString, reading: Reading | null): void;
  onChange?(letter: ChangeLetter, path: ByteString): void;
}

/** How many problems, and warnings, are kept with their text; the rest is counted. */
const MAX_KEPT = 1000;

/** Counts what an observation tells. */
export class FacetTally implements ObservationEvents {
  private counts: Record<ChangeLetter, number> = { '?': 0, M: 0, D: 0 };
  private visited = 0;
  /** What other threads have visited, as far as that is not added yet. */
  private readonly visitedBy = new Map<number, number>();
  private directory: ByteString = '';
  private reading: Reading | null = null;
  /** Bytes of files that were read so far. */
  bytes = 0;
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private problemCount = 0;
  private warningCount = 0;
  private readonly limits = new Map<LimitName, LimitHit>();

  constructor(private readonly listener: FacetListener = {}) {}

  /** True if no path differs. */
  get isUnchanged(): boolean {
    return Object.values(this.counts).every((count) => count === 0);
  }

  onChange(letter: ChangeLetter, path: ByteString): void {
    this.counts[letter] += 1;
    this.listener.onChange?.(letter, path);
  }

  onProblem(path: ByteString, error: unknown): void {
    const message = reasonOf(error);
    if (error instanceof NotEnteredError) return this.onWarning(path, message);
    this.problemCount += 1;
    const remedy = (error instanceof FsoError ? error.remedy : undefined) ?? remedyOf(error);
    const code = errnoOf(error) ?? errnoOf(error instanceof FsoError ? error.cause : undefined);
    if (this.problems.length >= MAX_KEPT) return;
    this.problems.push({ path, message, ...(remedy !== undefined && { remedy }), ...(code !== undefined && { code }) });
  }

  onWarning(path: ByteString, message: string, limit?: LimitName): void {
    this.warningCount += 1;
    if (limit !== undefined) {
      const before = this.limits.get(limit) ?? { limit, count: 0, message: `${textOfBytes(path === '' ? '.' : path)}: ${message}` };
      this.limits.set(limit, { ...before, count: before.count + 1 });
    }
    if (this.warnings.length < MAX_KEPT) this.warnings.push({ path, message });
  }

  onVisited(directory: ByteString, entries: number): void {
    this.visited += entries;
    this.directory = directory;
    this.tellProgress();
  }

  /** Takes note of how far another thread of the run is; what it has found comes with `add`. */
  onVisitedBy(thread: number, visited: number, directory: ByteString): void {
    this.visitedBy.set(thread, visited);
    this.directory = directory;
    this.tellProgress();
  }

  /** Adds what other threads of the run have found. */
  add(results: readonly FacetResult[]): void {
    if (results.length === 0) return;
    this.visitedBy.clear();
    for (const result of results) {
      this.counts['?'] += result.added;
      this.counts.M += result.modified;
      this.counts.D += result.deleted;
      this.visited += result.visited;
      this.problemCount += result.problemCount;
      this.warningCount += result.warningCount;
      this.problems.push(...result.problems);
      this.warnings.push(...result.warnings);
      for (const hit of result.limits) this.limits.set(hit.limit, { ...hit, count: hit.count + (this.limits.get(hit.limit)?.count ?? 0) });
    }
    // Which thread has found what first says nothing.
    for (const list of [this.problems, this.warnings]) list.splice(0, Infinity, ...list.sort(byPath).slice(0, MAX_KEPT));
  }

  /** Takes note of how far the reading of files is, which may take long without anything else happening. */
  onReading(reading: Reading): void {
    this.reading = reading;
    this.bytes = reading.bytes;
    this.tellProgress();
  }

  private tellProgress(): void {
    let { visited } = this;
    for (const elsewhere of this.visitedBy.values()) visited += elsewhere;
    this.listener.onProgress?.(visited, this.bytes, this.directory, this.reading);
  }

  /** The result of the run, with its new commit if there is one. */
  result(commit: Oid | null, complete = true): FacetResult {
    const { '?': added, M: modified, D: deleted } = this.counts;
    const { visited, bytes, problems, problemCount, warnings, warningCount } = this;
    const limits = [...this.limits.values()];
    return { commit, added, modified, deleted, complete, bytes, visited, problems, problemCount, warnings, warningCount, limits };
  }
}

function byPath(a: Problem, b: Problem): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}
