import type { ChangeLetter, ObservationEvents } from './observe/context.js';
import type { ByteString } from '../util/byte-string.js';
import type { Oid } from '../git/object-id.js';

/** A path, relative to the realdir, that could not be read; it keeps its last record. */
export interface Problem {
  readonly path: ByteString;
  readonly message: string;
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
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Notified while a facet runs. */
export interface FacetListener {
  /** Entries looked at and bytes read so far, and the directory that was done last. */
  onProgress?(visited: number, bytes: number, directory: ByteString): void;
  onChange?(letter: ChangeLetter, path: ByteString): void;
}

/** How many problems are kept with their text; the rest is only counted by the exit status. */
const MAX_KEPT = 10_000;

/** Counts what an observation tells. */
export class FacetTally implements ObservationEvents {
  private counts: Record<ChangeLetter, number> = { '?': 0, M: 0, D: 0 };
  private visited = 0;
  /** Bytes of files that were read so far. */
  bytes = 0;
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];

  constructor(private readonly listener: FacetListener = {}) {}

  onChange(letter: ChangeLetter, path: ByteString): void {
    this.counts[letter] += 1;
    this.listener.onChange?.(letter, path);
  }

  onProblem(path: ByteString, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.problems.length < MAX_KEPT) this.problems.push({ path, message });
  }

  onWarning(path: ByteString, message: string): void {
    if (this.warnings.length < MAX_KEPT) this.warnings.push({ path, message });
  }

  onVisited(directory: ByteString, entries: number): void {
    this.visited += entries;
    this.listener.onProgress?.(this.visited, this.bytes, directory);
  }

  /** The result of the run, with its new commit if there is one. */
  result(commit: Oid | null, complete = true): FacetResult {
    const { '?': added, M: modified, D: deleted } = this.counts;
    const { visited, bytes, problems, warnings } = this;
    return { commit, added, modified, deleted, complete, bytes, visited, problems, warnings };
  }
}
