import type { FacetResult } from '../facets/facet-result.js';
import type { GcResult } from '../shadow/gc.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';
import type { RescanFacet } from './types.js';

/** What happened to one repo in a rescan. */
export interface RepoReport {
  readonly realdir: ByteString;
  /** Null if there is no shadow repo. */
  readonly shadow: ByteString | null;
  /** Set if the shadow repo was created, or would be in a dry run. */
  readonly created: SubdirTracking | null;
  /** The realdir does not exist any more. */
  readonly missing: boolean;
  readonly facets: ReadonlyMap<RescanFacet, FacetResult>;
  /** Why no shadow repo was created, from the init limits. */
  readonly refused: string | null;
  /** Why the repo was not, or not wholly, rescanned: the first failure. */
  readonly error: Error | null;
  /** Commands that were to be told about changes, and failed. */
  readonly hookErrors: readonly Error[];
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
  | { readonly type: 'root-error'; readonly root: ByteString; readonly error: Error }
  | { readonly type: 'unreadable'; readonly root: ByteString; readonly path: ByteString; readonly error: unknown }
  /** The file for monitoring could not be written. */
  | { readonly type: 'metrics-error'; readonly error: Error }
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
    }
  | { readonly type: 'repo'; readonly root: ByteString; readonly report: RepoReport };

/** What a rescan did in all. */
export interface RescanSummary {
  readonly repos: number;
  readonly created: number;
  readonly changed: number;
  readonly missing: number;
  readonly refused: number;
  /** Repos and roots that failed. */
  readonly failed: number;
  /** Paths that could not be read. */
  readonly problems: number;
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
