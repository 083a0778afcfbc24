import type { RuleName } from '../discovery/naming-rules/naming-rule.js';
import type { Root, Site } from '../rescan/site.js';
import type { ConfigProblem } from './yaml/problems.js';

/** A configured root. */
export interface RootConfig extends Root {
  /** What the naming rule was made from, for people: its patterns, for example. */
  readonly naming: { readonly rule: RuleName; readonly settings: readonly string[] };
}

/** A configuration that has been checked, with defaults. */
export interface Config extends Site {
  /** Path of the file, as it was given. */
  readonly file: string;
  readonly roots: readonly RootConfig[];
  /** How long to wait for a lock. */
  readonly waitMs: number;
  /** What is right, but hardly meant so. */
  readonly warnings: readonly ConfigProblem[];
}
