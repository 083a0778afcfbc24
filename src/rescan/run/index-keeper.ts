import { Ground } from '../../history/places/ground.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import type { RescanEvent } from '../events.js';
import type { Site } from '../site.js';

/** The part that has a problem when the index cannot be brought up to date. */
const INDEX_PART = 'index';

/** Keeps the index current, after something was recorded in roots that want it. A rescan never fails because of it. */
export class IndexKeeper {
  #isStale = false;
  #updating: Promise<void> | null = null;

  /** Learns what was recorded. */
  add(event: RescanEvent): void {
    if (event.type === 'repo' && [...event.report.facets.values()].some(({ commit }) => commit !== null)) this.#isStale = true;
  }

  /** Brings the index up to date, if something was recorded since that was done. Never rejects: what fails is told. */
  async update(context: RescanContext, site: Site): Promise<void> {
    while (this.#updating !== null) await this.#updating;
    if (!this.#isStale || !site.roots.some(({ isIndexed }) => isIndexed === true)) return;
    this.#isStale = false;
    this.#updating = updateSite(context, site).finally(() => (this.#updating = null));
    await this.#updating;
  }
}

async function updateSite({ options, problems, clock, emit }: RescanContext, site: Site): Promise<void> {
  const indexed = new Set(site.roots.flatMap(({ path, isIndexed }) => (isIndexed === true ? [path] : [])));
  const fail = (error: Error): void => {
    if (options.signal?.aborted === true) return;
    for (const root of indexed) problems.add(root, INDEX_PART, error, clock.now(), 0);
    emit({ type: 'index-error', error });
  };
  const broken: Error[] = [];
  try {
    const { updateIndex } = await import('../../record-index/update/update-index.js');
    await updateIndex(new Ground(site.location, site.roots), {
      ...options,
      leavesOut: (root) => !indexed.has(root),
      yieldTurn: yieldRegularly(options.signal),
      onProblem: (_realdir, error) => void broken.push(error),
    });
    for (const root of indexed) problems.clear(root, INDEX_PART);
    if (broken[0] !== undefined) fail(broken[0]);
  } catch (error) {
    fail(asError(error));
  }
}
