import type { InitLimits } from '../discovery/init-limits.js';
import type { InitPolicy } from '../discovery/init-policy.js';
import type { NamingRule } from '../discovery/naming-rule.js';
import type { Facet } from '../shadow/branches.js';
import type { ShadowLocation } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';

/** A configured directory below which repos are discovered. */
export interface Root {
  /** Absolute path. */
  readonly path: ByteString;
  readonly namingRule: NamingRule;
  readonly initPolicy: InitPolicy;
  readonly initLimits: InitLimits;
  /** Facets that a rescan updates, in this order. */
  readonly facets: readonly Facet[];
}

/** What there is to rescan. */
export interface Site {
  readonly location: ShadowLocation;
  /** Mode of new directories below the shadow root, instead of that of the real directories. */
  readonly shadowMode: number | null;
  readonly roots: readonly Root[];
}
