import type { InitLimits } from '../discovery/policy/init-limits.js';
import type { InitPolicy } from '../discovery/policy/init-policy.js';
import type { NamingRule } from '../discovery/naming-rules/naming-rule.js';
import type { ShadowMode } from '../shadow/access/access.js';
import type { GcThresholds } from '../shadow/gc/gc-need.js';
import type { RescanFacet } from '../shadow/facets.js';
import type { ShadowLocation } from '../shadow/layout/locate.js';
import type { ByteString } from '../util/byte-string.js';
import type { AlarmMeasure } from './alarm/alarm.js';
import type { RootLimits } from './guard/limits.js';
import type { Schedule } from './schedule/schedule.js';

/** A command that runs after changes were recorded. */
export type ChangeHook = (
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** For `/bin/sh -c`. */
  | { readonly kind: 'shell'; readonly shell: string }
) & { readonly timeoutMs: number };

/** How much one run of a facet that reads files does in a repo; null means no limit. */
export interface ReadLimit {
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
  /** FUSE filesystems that are mounted below the root are entered, too. */
  readonly entersFuse?: boolean | undefined;
  /** Null: `enter-subdirs` for every repo. */
  readonly initPolicy: InitPolicy | null;
  readonly initLimits: InitLimits;
  readonly facets: readonly RescanFacet[];
  /** Facets that are not in it are never due; if it is empty, the root has no schedule at all. */
  readonly schedule: ReadonlyMap<RescanFacet, Schedule>;
  /** Repos are due up to this much later than the schedule says. */
  readonly jitterSeconds: number;
  readonly shaLimit: ReadLimit;
  readonly verifyLimit: ReadLimit;
  /** In which time everything is to be verified once, in milliseconds. */
  readonly verifyCycleMs: number;
  readonly limits: RootLimits;
  /** When sums are renewed that need a walk of their own; null: whenever `stat` is updated. */
  readonly summaries: Schedule | null;
  readonly onChange: readonly ChangeHook[];
  /** When a run has deleted or changed so much that it is a problem; null: never. */
  readonly alarm: AlarmMeasure | null;
  /** Rescans keep the index of its records current. */
  readonly isIndexed?: boolean | undefined;
  /** Repos of this root that are worked on at the same time in scheduled runs; null for no limit of its own. */
  readonly jobs: number | null;
}

/** Reports that are written by a schedule. */
export interface ReportPlan {
  /** The directory that they are written to. */
  readonly output: ByteString;
  /** Growth is told for a period of so many milliseconds. */
  readonly periodMs: number;
  readonly schedule: Schedule;
}

/** What there is to rescan. */
export interface Site {
  readonly location: ShadowLocation;
  /** Who may see what is below the shadow root. */
  readonly shadowMode: ShadowMode;
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
  readonly report: ReportPlan | null;
}
