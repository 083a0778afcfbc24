import { refuseRootForShadowRoot } from '../../shadow/gate/owner.js';
import type { StoredProblem } from '../../shadow/remembered/problem-store.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { Site } from '../site.js';

/** What failed at or below the roots of a site, and was not solved since, by path. @throws FsoError if it may not be read */
export function listProblems({ location, roots }: Site): readonly StoredProblem[] {
  return new ProblemStore(location.root).list().filter(({ path }) => roots.some((root) => isAtOrBelow(path, root.path)));
}

/**
 * Forgets the problems of directories, so that scheduled runs try again at once.
 * @param places realdirs and roots, absolute; null for all
 * @returns how many directories had problems, and the first of `places` that had none
 * @throws FsoError if it cannot be stored
 */
export function clearProblems(
  { location }: Pick<Site, 'location'>,
  places: readonly ByteString[] | null,
): { readonly cleared: number; readonly unknown: ByteString | null } {
  refuseRootForShadowRoot(location.root);
  const store = new ProblemStore(location.root);
  const paths = places ?? [...new Set(store.list().map(({ path }) => path))];
  const cleared = paths.filter((path) => {
    if (!store.clear(path)) return false;
    store.requireSaved();
    return true;
  });
  return { cleared: cleared.length, unknown: paths.find((path) => !cleared.includes(path)) ?? null };
}
