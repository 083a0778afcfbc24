/** A longer past has fewer edges, each after several days: ten years. */
const EDGES_MAX = 3660;
const DAY_MS = 86_400_000;

/**
 * The beginning and the end of a period, and the midnights in between, in local time, whatever the length of its days.
 * @param since seconds since 1970; so is `until`, which is later
 * @returns seconds since 1970
 */
export function dayEdges(since: number, until: number): number[] {
  const step = Math.ceil(((until - since) * 1000) / DAY_MS / EDGES_MAX);
  const start = new Date(since * 1000);
  const edges = [since];
  for (let day = 1; ; day += step) {
    const midnight = new Date(start.getFullYear(), start.getMonth(), start.getDate() + day).getTime() / 1000;
    if (!(midnight < until)) break;
    if (midnight > since) edges.push(midnight);
  }
  return [...edges, until];
}

/**
 * Of some edges, those where buckets end: each bucket has as many edges as needed for no more than `most` of them; the first one may
 * have fewer. The first edge, which is where all begins, is not in a bucket.
 * @returns indexes, the last edge included
 */
export function bucketEnds(edges: readonly number[], most: number): number[] {
  const last = edges.length - 1;
  const step = Math.max(1, Math.ceil(last / most));
  const ends: number[] = [];
  for (let index = last; index > 0; index -= step) ends.push(index);
  return ends.reverse();
}
