import type { ObjectReader } from '../objects/object-reader.js';
import type { Oid } from '../objects/object-id.js';

function* newestFirst(reader: ObjectReader, start: Oid): Generator<Oid> {
  const seen = new Set<Oid>([start]);
  const queue = [{ oid: start, commit: reader.readCommit(start) }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    yield next.oid;
    for (const parent of next.commit.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push({ oid: parent, commit: reader.readCommit(parent) });
    }
    queue.sort((a, b) => a.commit.committer.seconds - b.commit.committer.seconds);
  }
}

/** True if `descendant` is `ancestor` or has it in its history. */
export function isAncestor(reader: ObjectReader, ancestor: Oid, descendant: Oid): boolean {
  for (const oid of newestFirst(reader, descendant)) if (oid === ancestor) return true;
  return false;
}

/** The newest commit that is in both histories; null if they have nothing in common. */
export function mergeBase(reader: ObjectReader, one: Oid, other: Oid): Oid | null {
  const history = new Set(newestFirst(reader, one));
  for (const oid of newestFirst(reader, other)) if (history.has(oid)) return oid;
  return null;
}
