import type { FacetResult } from '../facets/facet-result.js';
import { createBelowRoot } from '../shadow/create.js';
import type { RunOptions } from '../shadow/run-options.js';
import { ShadowRepo } from '../shadow/shadow-repo.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import type { RepoReport, RescanEvent } from './events.js';
import { chooseTracking } from './init-choice.js';
import type { PlannedRepo } from './plan.js';
import { recordFacet } from './record-facet.js';
import type { RescanFacet, Root, Site } from './types.js';

/** What a rescan does with repos. */
export interface RescanMode {
  readonly facets: readonly RescanFacet[] | null;
  /** Says what would be created; writes nothing. */
  readonly dryRun: boolean;
  /** Creates shadow repos that are missing. */
  readonly init: boolean;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The repo must be where its realdir says, else two directories would share one history. */
function openAt(directory: ByteString, realdir: ByteString): ShadowRepo {
  const repo = ShadowRepo.open(directory);
  if (repo.realdir === realdir) return repo;
  throw new FsoError(
    `${textOfBytes(directory)}: observes ${textOfBytes(repo.realdir)}, but its place stands for ${textOfBytes(realdir)}`,
    { remedy: 'use `git-fso move` to change the realdir of a shadow repo' },
  );
}

/** Creates the shadow repo of one directory, if it has none, and updates its facets. */
export async function rescanRepo(
  site: Site,
  root: Root,
  planned: PlannedRepo,
  mode: RescanMode,
  options: RunOptions,
  emit: (event: RescanEvent) => void,
): Promise<RepoReport> {
  const { realdir, missing } = planned;
  const facets = new Map<RescanFacet, FacetResult>();
  let shadow = planned.shadow;
  let created: SubdirTracking | null = null;
  const report = (rest: Partial<RepoReport> = {}): RepoReport => ({
    realdir, shadow, created, missing, facets, refused: null, error: null, ...rest,
  });
  try {
    if (shadow === null) {
      const choice = await chooseTracking(root, realdir);
      if (choice.refused !== null) return report({ refused: choice.refused });
      created = choice.tracking;
      if (mode.dryRun) return report();
      const { shadowMode, location } = site;
      const made = await createBelowRoot(location, realdir, { ...options, tracking: choice.tracking, shadowMode });
      shadow = made.repo.directory;
      if (!made.created) created = null;
    }
    if (mode.dryRun) return report();
    const repo = openAt(shadow, realdir);
    for (const facet of mode.facets ?? root.facets) {
      options.signal?.throwIfAborted();
      emit({ type: 'facet-start', realdir, facet });
      const onProgress = (visited: number, bytes: number, directory: ByteString): void =>
        emit({ type: 'progress', realdir, facet, visited, bytes, directory });
      facets.set(facet, await recordFacet(repo, facet, { ...options, onProgress }));
    }
    return report();
  } catch (error) {
    return report({ error: asError(error) });
  }
}
