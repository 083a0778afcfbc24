import type { InitLimits } from '../discovery/init-limits.js';
import type { InitPolicy } from '../discovery/init-policy.js';
import type { NamingRule } from '../discovery/naming-rule.js';
import type { GcThresholds } from '../shadow/gc-need.js';
import type { ShadowLocation } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import type { Schedule } from './schedule.js';

/** Facets that a rescan can update, in the order in which they depend on one another. */
export const RESCAN_FACETS = ['stat', 'sha', 'content', 'sot', 'tos'] as const;

export type RescanFacet = (typeof RESCAN_FACETS)[number];

/** Facets of a root that names none. */
export const DEFAULT_FACETS: readonly RescanFacet[] = ['stat', 'content'];

/** A command that runs after changes were recorded. */
export type ChangeHook = (
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** For `/bin/sh -c`. */
  | { readonly kind: 'shell'; readonly shell: string }
) & { readonly timeoutMs: number };

/** How much one scheduled run of `sha` does in a repo; null means no limit. */
export interface ShaLimit {
  readonly timeMs: number | null;
  readonly bytes: number | null;
}

/** A configured directory below which repos are discovered. */
export interface Root {
  /** Absolute path. */
  readonly path: ByteString;
  /** For people. */
  readonly name: string;
  readonly namingRule: NamingRule;
  /** Null: `enter-subdirs` for every repo. */
  readonly initPolicy: InitPolicy | null;
  readonly initLimits: InitLimits;
  readonly facets: readonly RescanFacet[];
  /** Facets that are not in it are never due; if it is empty, the root has no schedule at all. */
  readonly schedule: ReadonlyMap<RescanFacet, Schedule>;
  /** Repos are due up to this much later than the schedule says. */
  readonly jitterSeconds: number;
  readonly shaLimit: ShaLimit;
  readonly onChange: readonly ChangeHook[];
  /** Repos of this root that are worked on at the same time in scheduled runs; null for no limit of its own. */
  readonly jobs: number | null;
}

/** What there is to rescan. */
export interface Site {
  readonly location: ShadowLocation;
  /** Mode of new directories below the shadow root, instead of that of the real directories. */
  readonly shadowMode: number | null;
  readonly roots: readonly Root[];
  /** IANA name of the time zone of schedules; null for that of the system. */
  readonly timeZone: string | null;
  /** Repos that are worked on at the same time. */
  readonly jobs: number;
  /** Of these, repos whose roots are on the same device. */
  readonly jobsPerDevice: number;
  readonly gc: GcThresholds;
  /** File for metrics in the text format of Prometheus. */
  readonly metricsFile: ByteString | null;
}
