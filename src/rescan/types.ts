import type { InitLimits } from '../discovery/init-limits.js';
import type { InitPolicy } from '../discovery/init-policy.js';
import type { NamingRule } from '../discovery/naming-rule.js';
import type { ShadowLocation } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';

/** Facets that a rescan can update, in the order in which they depend on one another. */
export const RESCAN_FACETS = ['stat', 'sha', 'content', 'sot', 'tos'] as const;

export type RescanFacet = (typeof RESCAN_FACETS)[number];

/** Facets of a root that names none. */
export const DEFAULT_FACETS: readonly RescanFacet[] = ['stat', 'content'];

/** A configured directory below which repos are discovered. */
export interface Root {
  /** Absolute path. */
  readonly path: ByteString;
  readonly namingRule: NamingRule;
  /** Null: `enter-subdirs` for every repo. */
  readonly initPolicy: InitPolicy | null;
  readonly initLimits: InitLimits;
  readonly facets: readonly RescanFacet[];
}

/** What there is to rescan. */
export interface Site {
  readonly location: ShadowLocation;
  /** Mode of new directories below the shadow root, instead of that of the real directories. */
  readonly shadowMode: number | null;
  readonly roots: readonly Root[];
}
