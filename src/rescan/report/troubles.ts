import type { TroubleFact } from '../../report/facts.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { messageOf } from '../../util/errors.js';
import { oneLine } from '../../util/text/one-line.js';
import { listProblems } from '../list/problems.js';
import { planRoot } from '../plan/plan.js';
import type { Site } from '../site.js';

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1000);

/**
 * What fails at or below places of a site, and which directories have no records although rules ask for them. Nothing is read in them.
 * @param places absolute; empty for all
 */
export async function troublesOf(site: Site, places: readonly ByteString[], signal?: AbortSignal): Promise<TroubleFact[]> {
  const isAsked = (path: ByteString): boolean =>
    places.length === 0 || places.some((place) => isAtOrBelow(path, place) || isAtOrBelow(place, path));
  const troubles: TroubleFact[] = listProblems(site).map(({ path, part, message, since }) => ({
    path, what: `${part}: ${oneLine(message)}`, since: secondsOf(since),
  }));
  for (const root of site.roots.filter(({ path }) => isAsked(path))) {
    const { repos, unreadable, strange } = await planRoot(site, root, signal);
    for (const { realdir, shadow, missing, error } of repos) {
      if (error !== null) troubles.push({ path: realdir, what: oneLine(messageOf(error)), since: null });
      else if (shadow === null) troubles.push({ path: realdir, what: 'not recorded yet', since: null });
      else if (missing) troubles.push({ path: realdir, what: 'the directory is gone; its records remain', since: null });
    }
    const others = [
      ...unreadable.map(({ path, error }) => ({ path: joinPath(root.path, path), error })),
      ...strange.map(({ directory, error }) => ({ path: directory, error })),
    ];
    for (const { path, error } of others) troubles.push({ path, what: oneLine(messageOf(error)), since: null });
  }
  return troubles.filter(({ path }) => isAsked(path)).sort((one, other) => (one.path < other.path ? -1 : 1));
}
