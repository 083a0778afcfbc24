import type { FacetResult } from '../facets/facet-result.js';
import type { Reading } from '../realdir/hash/hash-pool.js';
import type { GcResult } from '../shadow/gc/collect-garbage.js';
import type { SubdirTracking } from '../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';
import type { Alarm } from './alarm/alarm.js';
import type { Rename } from './plan/planned-repo.js';
import type { RescanFacet } from '../shadow/facets.js';

/** What happened to one repo in a rescan. */
export interface RepoReport {
  readonly realdir: ByteString;
  /** Null if there is no shadow repo. */
  readonly shadow: ByteString | null;
  /** Set if the shadow repo was created, or would be in a dry run. */
  readonly created: SubdirTracking | null;
  /** The realdir does not exist any more. */
  readonly missing: boolean;
  /** The directory has another name now, or had one, by which a shadow repo knows it; null if not, or that is not known. */
  readonly rename: Rename | null;
  readonly facets: ReadonlyMap<RescanFacet, FacetResult>;
  /** Facets whose problems and warnings a scheduled run before has told already. */
  readonly told: ReadonlySet<RescanFacet>;
  /** Why no shadow repo was created, from the init limits. */
  readonly refused: string | null;
  /** Why the repo was not, or not wholly, rescanned: the first failure. */
  readonly error: Error | null;
  /** Commands that were to be told about changes, and failed. */
  readonly hookErrors: readonly Error[];
  /** What the run has recorded is more than is to be expected. */
  readonly alarms: readonly Alarm[];
  /** Warnings, and paths that cannot be read, that are told one by one; 0 for all. */
  readonly mostTold: number;
  /** Set if the shadow repo was compressed. */
  readonly gc: GcResult | null;
  /** Wall time in seconds. */
  readonly seconds: number;
}

/** What a rescan tells while it runs. */
export type RescanEvent =
  | {
      readonly type: 'root';
      readonly root: ByteString;
      readonly repos: number;
      /** How many entries were looked at last time, as far as that is known. */
      readonly lastVisited: () => number;
    }
  /** Nothing below the root is ever due, since its configuration has no schedule. */
  | { readonly type: 'unscheduled'; readonly root: ByteString }
  /** The shadow root is on a filesystem that is mounted read-only: what has changed cannot be recorded. */
  | { readonly type: 'read-only'; readonly shadow: ByteString }
  | { readonly type: 'root-error'; readonly root: ByteString; readonly error: Error }
  | { readonly type: 'unreadable'; readonly root: ByteString; readonly path: ByteString; readonly error: unknown }
  /** So many directories have no shadow repo yet, because one run creates no more than `most`. */
  | { readonly type: 'postponed'; readonly root: ByteString; readonly repos: number; readonly most: number }
  /** What older versions had left open to others was closed: so many shadow repos at or below a directory. */
  | { readonly type: 'closed'; readonly directory: ByteString; readonly repos: number }
  /** A directory of the shadow tree cannot be read, or is no shadow repo although its name says so. */
  | { readonly type: 'strange'; readonly root: ByteString; readonly directory: ByteString; readonly error: Error }
  /** The file for monitoring could not be written. */
  | { readonly type: 'metrics-error'; readonly error: Error }
  /** The index of records could not be brought up to date; what was recorded is. */
  | { readonly type: 'index-error'; readonly error: Error }
  /** Reports could not be written, or something is missing in them. */
  | { readonly type: 'report-error'; readonly error: Error }
  | { readonly type: 'facet-start'; readonly realdir: ByteString; readonly facet: RescanFacet }
  | {
      readonly type: 'progress';
      readonly realdir: ByteString;
      readonly facet: RescanFacet;
      /** Entries looked at so far. */
      readonly visited: number;
      /** Bytes of files read so far. */
      readonly bytes: number;
      readonly directory: ByteString;
      /** Null where no files are read. */
      readonly reading: Reading | null;
    }
  | { readonly type: 'repo'; readonly root: ByteString; readonly report: RepoReport };

/** What a rescan did in all. */
export interface RescanSummary {
  readonly repos: number;
  readonly created: number;
  readonly changed: number;
  readonly missing: number;
  readonly refused: number;
  /** Directories that are left for another run, because one creates no more shadow repos. */
  readonly postponed: number;
  /** Repos and roots that failed. */
  readonly failed: number;
  /** Paths that could not be read. */
  readonly problems: number;
  /** Files with other bytes than recorded, in the repos that were verified. */
  readonly findings: number;
  /** Entries that were looked at. */
  readonly visited: number;
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
  /** Bytes of files that were read. */
  readonly bytes: number;
  /** Repos and roots that were not finished because another process holds a lock. */
  readonly locked: number;
  /** Wall time in seconds. */
  readonly seconds: number;
}

/** Directories that have problems which no run has solved yet. */
export interface Standing {
  readonly count: number;
  /** When the oldest of these problems came up. */
  readonly since: Date;
}
