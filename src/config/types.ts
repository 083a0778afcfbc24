import type { RuleName } from '../discovery/naming-rule.js';
import type { RescanFacet, Root, Site } from '../rescan/types.js';
import type { ByteString } from '../util/byte-string.js';
import type { Schedule } from './schedule.js';

/** A command that runs after a rescan has recorded changes. */
export type ChangeHook = (
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** For `/bin/sh -c`. */
  | { readonly kind: 'shell'; readonly shell: string }
) & { readonly timeoutMs: number };

/** When a shadow repo needs gc: from one of these on. */
export interface GcThresholds {
  readonly looseObjects: number;
  readonly packs: number;
  /** Factor of the size after the last gc. */
  readonly growth: number;
}

/** How much one run of `sha` does in a repo; null means no limit. */
export interface ShaLimit {
  readonly timeMs: number | null;
  readonly bytes: number | null;
}

/** A configured root. */
export interface RootConfig extends Root {
  readonly name: string;
  /** What the naming rule was made from, for people: its patterns, for example. */
  readonly naming: { readonly rule: RuleName; readonly settings: readonly string[] };
  /** A facet without a schedule is due at each rescan. */
  readonly schedule: ReadonlyMap<RescanFacet, Schedule>;
  readonly jitterSeconds: number;
  readonly shaLimit: ShaLimit;
  readonly onChange: readonly ChangeHook[];
}

/** A configuration that has been checked, with defaults. */
export interface Config extends Site {
  /** Path of the file, as it was given. */
  readonly file: string;
  readonly roots: readonly RootConfig[];
  /** IANA name; null for that of the system. */
  readonly timeZone: string | null;
  /** Repos that are rescanned at the same time. */
  readonly jobs: number;
  /** How long to wait for a lock. */
  readonly waitMs: number;
  readonly gc: GcThresholds;
  /** File for metrics in the text format of Prometheus. */
  readonly metricsFile: ByteString | null;
}
