import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { Heap } from '../../util/process/heap.js';
import type { ChangeFact } from '../facts.js';
import type { TreeDirectory } from './directory-tree.js';

/** So many directories explain a change well enough. */
const ROWS = 60;
/** A change that is spread over parts which all have done less of it than this is told of the directory as a whole. */
const LARGEST_SHARE = 0.1;

/** By how many bytes something has grown, not counting what was newly observed. */
export function grown({ before, after, first }: Omit<ChangeFact, 'path'>): number {
  return after - before - first;
}

/** How much there is to tell of a directory, in bytes: what grew in one part of it and shrank in another does not cancel out. */
function amountIn(directory: TreeDirectory, amounts: Map<TreeDirectory, number>): number {
  const order = [directory];
  for (const each of order) order.push(...each.children.values());
  for (const each of order.reverse()) {
    const own = Math.abs(each.own.size - each.own.before - each.own.first) + each.own.first;
    amounts.set(each, [...each.children.values()].reduce((sum, child) => sum + (amounts.get(child) ?? 0), own));
  }
  return amounts.get(directory) ?? 0;
}

/**
 * Where a tree has grown or shrunk, what did most first. The directory in which most has changed is replaced by its parts, again and
 * again, so that no directory is in another one, but for what is directly in it.
 */
export function changesIn(top: TreeDirectory): ChangeFact[] {
  const found: ChangeFact[] = [];
  const amounts = new Map<TreeDirectory, number>();
  const open = new Heap<{ readonly directory: TreeDirectory; readonly path: ByteString }>();
  open.push(-amountIn(top, amounts), { directory: top, path: top.name });
  let count = 1;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { directory, path } = next;
    const { own } = directory;
    const parts = [...directory.children.values()].filter((child) => (amounts.get(child) ?? 0) > 0);
    const largest = parts.reduce((most, child) => Math.max(most, amounts.get(child) ?? 0), 0);
    if (parts.length === 0 || count + parts.length > ROWS || largest < LARGEST_SHARE * (amounts.get(directory) ?? 0)) {
      found.push({ path, before: directory.before, after: directory.size, first: directory.first });
      continue;
    }
    for (const child of parts) open.push(-(amounts.get(child) ?? 0), { directory: child, path: joinPath(path, child.name) });
    found.push({ path, before: own.before, after: own.size, first: own.first });
    count += parts.length;
  }
  return found
    .filter((change) => grown(change) !== 0 || change.first !== 0)
    .sort((one, other) => Math.abs(grown(other)) - Math.abs(grown(one)) || other.first - one.first);
}
