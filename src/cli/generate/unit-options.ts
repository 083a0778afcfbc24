import type { Site } from '../../rescan/site.js';

/** What units are made for. */
export interface UnitOptions {
  readonly site: Site;
  /** Absolute path of the configuration. */
  readonly config: string;
  /** Words that run git-fso; the first one is an absolute path. */
  readonly program: readonly string[];
  /** Name of the user that services run as. */
  readonly user: string;
}
