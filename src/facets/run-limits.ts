import { DEFAULTS } from '../defaults.js';

/** A limit that a run has met: by its key in the configuration, if it has one. */
export type LimitName = 'ignoreSteps' | 'readme' | 'sparse';

/** What a run of a facet does not go beyond, so that strangers cannot use up its time and space. */
export interface RunLimits {
  /** Steps that matching ignore rules may take in each directory. */
  readonly ignoreSteps: number;
  /** Bytes that `content` takes anew, of one file and in all; null for as many as there are. */
  readonly content: { readonly file: number; readonly run: number } | null;
  /** Whether `sha` reads large files that have hardly any data. */
  readonly readsSparse: boolean;
}

/** What holds for commands by hand: they do what they are told, as long as that can be done at all. */
export const LIMITS_BY_HAND: RunLimits = { ignoreSteps: DEFAULTS.limits.ignoreSteps, content: null, readsSparse: true };

/** For runs that have limits; those by hand if none are given. */
export interface LimitOptions {
  readonly limits?: RunLimits;
}

/** What a limit has kept from being done. */
export interface LimitHit {
  readonly limit: LimitName;
  /** Paths that are concerned. */
  readonly count: number;
  /** About the first of them. */
  readonly message: string;
}
