import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { PlannedRepo } from './planned-repo.js';

/** A repo, and the realdirs of all repos below its realdir. */
export interface RepoWithNested {
  readonly planned: PlannedRepo;
  readonly nested: readonly ByteString[];
}

/** Compares name by name; what is below a path comes before it. */
function compareNestedFirst(a: readonly ByteString[], b: readonly ByteString[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [one = '', other = ''] = [a[index], b[index]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return b.length - a.length;
}

/** Repos in an order in which each comes after all that are below it, so that it can use what these have summed up. */
export function nestedFirst(repos: readonly PlannedRepo[]): readonly RepoWithNested[] {
  const ordered = repos
    .map((planned) => ({ planned, names: planned.realdir.split('/').filter((name) => name !== '') }))
    .sort((a, b) => compareNestedFirst(a.names, b.names));
  return ordered.map(({ planned }, end) => {
    let start = end;
    while (start > 0 && isAtOrBelow(ordered[start - 1]!.planned.realdir, planned.realdir)) start -= 1;
    return { planned, nested: ordered.slice(start, end).map((below) => below.planned.realdir) };
  });
}
