import type { RunLimits } from '../../facets/run-limits.js';
import type { RescanFacet } from '../../shadow/facets.js';
import { UNLIMITED } from '../../util/glob/match-steps.js';

/** What strangers below a root may use up at most; 0 means no limit. */
export interface RootLimits {
  /** Shadow repos that one run creates. */
  readonly newRepos: number;
  /** Bytes of a file whose content is recorded. */
  readonly readme: number;
  /** Steps of comparing names with ignore rules, in each directory. */
  readonly ignoreSteps: number;
  /** Warnings, and paths that cannot be read, that are told of a repo in one run. */
  readonly warnings: number;
}

/** How many times `readme` all changed files of a repo may have together in one run of `content`. */
const CONTENT_FILES = 16;

/** The limits of a run of a facet below a root. */
export function runLimitsOf({ readme, ignoreSteps }: RootLimits): RunLimits {
  return {
    ignoreSteps: ignoreSteps === 0 ? UNLIMITED : ignoreSteps,
    content: readme === 0 ? null : { file: readme, run: CONTENT_FILES * readme },
    readsSparse: false,
  };
}

/** How many shadow repos one run may still create below a root. */
export class NewRepos {
  /** Directories that are left for another run. */
  left = 0;
  private made = 0;

  constructor(readonly most: number) {}

  /** Counts one more that is to be created; false if that is too much: then the directory is left for another run. */
  take(): boolean {
    const isLeft = this.most > 0 && this.made >= this.most;
    if (isLeft) this.left += 1;
    else this.made += 1;
    return !isLeft;
  }

  /** One that was counted is not created. */
  giveBack(): void {
    this.made -= 1;
  }
}

/** What the parts begin with under which is remembered which limits were met. */
export const LIMITS_PART = 'limits ';

/** The part for the limits that a facet has met, or a root. */
export function limitPart(facet: RescanFacet | 'root'): string {
  return LIMITS_PART + facet;
}
