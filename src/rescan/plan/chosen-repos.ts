import { isAtOrBelow, mirrorOf } from '../../shadow/layout/locate.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { PlannedRepo } from './planned-repo.js';
import type { Root, Site } from '../site.js';

/** The repos that places are about: of each place the innermost repo that it is at or below. */
export interface ChosenRepos {
  readonly repos: readonly PlannedRepo[];
  /** Places that are in no repo. */
  readonly unknown: readonly ByteString[];
}

/**
 * The roots that places are in, each with its places; a place that is in several roots belongs to the innermost.
 * @throws UsageError if a place is in none
 */
export function rootsOfPlaces(
  { roots, location }: Pick<Site, 'roots' | 'location'>,
  places: readonly ByteString[],
): ReadonlyMap<Root, readonly ByteString[]> {
  const found = new Map<Root, ByteString[]>();
  for (const place of places) {
    const around = roots.filter(({ path }) => isAtOrBelow(place, path) || isAtOrBelow(place, mirrorOf(location, path)));
    const [root] = around.toSorted((a, b) => b.path.length - a.path.length);
    if (root === undefined) {
      throw new UsageError(`${textOfBytes(place)}: is in no root of the configuration, nor in the shadow of one`, {
        remedy: 'name a directory that is observed, or its shadow repo; git-fso list shows them',
      });
    }
    found.set(root, [...(found.get(root) ?? []), place]);
  }
  return found;
}

/**
 * Chooses repos by places.
 * @param places absolute paths in real directories, or of shadow repos and of the directories above these
 */
export function chooseRepos(repos: readonly PlannedRepo[], places: readonly ByteString[]): ChosenRepos {
  const chosen = new Set<PlannedRepo>();
  const unknown: ByteString[] = [];
  for (const place of places) {
    const repo = byShadow(repos, place) ?? innermost(repos, place);
    if (repo === undefined) unknown.push(place);
    else chosen.add(repo);
  }
  return { repos: repos.filter((repo) => chosen.has(repo)), unknown };
}

function innermost(repos: readonly PlannedRepo[], place: ByteString): PlannedRepo | undefined {
  const around = repos.filter(({ realdir }) => isAtOrBelow(place, realdir));
  return around.reduce<PlannedRepo | undefined>((a, b) => (a === undefined || b.realdir.length > a.realdir.length ? b : a), undefined);
}

/** By the shadow repo itself, what is in it, or the directory that it is in. */
function byShadow(repos: readonly PlannedRepo[], place: ByteString): PlannedRepo | undefined {
  return repos.find(({ shadow }) => shadow !== null && (isAtOrBelow(place, shadow) || shadow.slice(0, shadow.lastIndexOf('/')) === place));
}
