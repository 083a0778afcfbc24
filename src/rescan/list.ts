import type { ByteString } from '../util/byte-string.js';
import { asError } from './context.js';
import { planRoot } from './plan.js';
import type { RepoFacts } from './repo-facts.js';
import { readFacts, UNKNOWN_FACTS } from './repo-facts.js';
import type { Root, Site } from './types.js';

/** One repo of a site, from its records alone. */
export interface ListedRepo extends RepoFacts {
  readonly realdir: ByteString;
  /** Null if the directory has no shadow repo yet. */
  readonly shadow: ByteString | null;
  readonly missing: boolean;
  /** Why the shadow repo cannot be read. */
  readonly error: Error | null;
}

/** The repos below a root, existing and to be created, sorted by path. */
export async function listRoot(site: Site, root: Root, signal?: AbortSignal): Promise<readonly ListedRepo[]> {
  const { repos } = await planRoot(site, root, signal);
  return repos.map((planned) => {
    try {
      const facts = planned.shadow === null ? UNKNOWN_FACTS : readFacts(planned.shadow);
      return { ...planned, ...facts, error: null };
    } catch (error) {
      return { ...planned, ...UNKNOWN_FACTS, error: asError(error) };
    }
  });
}
