import type { PlaceStatus } from '../history/integrity/site-status.js';
import type { IntegrityFinding } from '../record/finding.js';
import type { ByteString } from '../util/byte-string.js';
import type { DirectorySums } from './tree/directory-tree.js';

/**
 * What a report shows (NOE-18, and spec "Report"). Sizes are bytes, as numbers: people read three digits of them. Times are seconds since
 * 1970, paths are real paths.
 */
export interface ReportFacts {
  /** What was asked about; empty for all that is recorded. */
  readonly places: readonly ByteString[];
  readonly madeAt: number;
  /** What grew is told since then. */
  readonly since: number;
  /** How old what is told is: when the newest record was made; null if there is none. */
  readonly recordedAt: number | null;
  readonly repos: number;
  /** Every directory that has files of its own, by path. */
  readonly directories: Iterable<DirectorySums>;
  /** Large files, which are drawn one by one; the largest first. */
  readonly biggest: readonly FileFact[];
  /** At midnights, the oldest first. */
  readonly growth: readonly LevelAt[];
  /** By when files were last modified, the youngest first. */
  readonly ages: readonly ShareFact[];
  /** By how names end, the biggest first. */
  readonly types: readonly ShareFact[];
  readonly duplicates: DuplicateFacts;
  readonly verified: readonly PlaceStatus[];
  readonly findings: readonly FindingFact[];
  /** What fails now, and what is not recorded although it should be. */
  readonly troubles: readonly TroubleFact[];
}

/** Regular files, and their bytes. */
interface Sums {
  readonly files: number;
  readonly size: number;
}

/** A file. */
export interface FileFact {
  readonly path: ByteString;
  readonly size: number;
  /** Bytes at the begin of the period; 0 if it was not there. */
  readonly before: number;
  /** Null where the record does not say it. */
  readonly mtime: number | null;
}

/** How much there was at a time. */
export interface LevelAt extends Sums {
  readonly time: number;
}

/** By how much a directory has changed. `first` is what was newly observed, which is no growth. */
export interface ChangeFact {
  readonly path: ByteString;
  readonly before: number;
  readonly after: number;
  readonly first: number;
}

/** A part of all files. */
export interface ShareFact extends Sums {
  readonly name: string;
}

/** Files with the same content. */
export interface DuplicateFacts {
  /** What would be free if each content were there once. */
  readonly wasted: number;
  /** In all groups, also those that are not told one by one. */
  readonly groups: number;
  /** What wastes most comes first. */
  readonly largest: readonly {
    readonly sha256: string;
    readonly size: number;
    readonly copies: number;
    /** Some of them. */
    readonly paths: readonly ByteString[];
  }[];
}

/** A file that is not intact. */
export interface FindingFact {
  readonly path: ByteString;
  readonly finding: IntegrityFinding;
}

/** A repo, or a directory, with what is wrong. */
export interface TroubleFact {
  readonly path: ByteString;
  /** In words, in one line. */
  readonly what: string;
  /** Null if nobody knows. */
  readonly since: number | null;
}
