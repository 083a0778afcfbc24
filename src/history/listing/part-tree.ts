import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { Part } from '../places/parts.js';
import { pathOfPart } from '../places/parts.js';

/** A part of a repo, with the parts of other repos that are in it. */
export interface PartNode {
  readonly part: Part;
  /** Absolute. */
  readonly path: ByteString;
  /** Sorted by `compareTreePaths`. */
  readonly inside: readonly PartNode[];
}

/** The order of directories in trees of Git, by their whole paths: what is below one comes right after it. */
export function compareTreePaths({ path: a }: { readonly path: ByteString }, { path: b }: { readonly path: ByteString }): number {
  const [one, other] = [`${a}/`, `${b}/`];
  return (
    one < other ? -1
    : one > other ? 1
    : 0
  );
}

/** Parts by what is in what; those that are in no other, sorted. */
export function partTrees(parts: readonly Part[]): readonly PartNode[] {
  const outermost: PartNode[] = [];
  const open: { readonly path: ByteString; readonly inside: PartNode[] }[] = [];
  for (const { part, path } of parts.map((each) => ({ part: each, path: pathOfPart(each) })).sort(compareTreePaths)) {
    while (open.length > 0 && !isAtOrBelow(path, open.at(-1)?.path ?? '')) open.pop();
    const node = { part, path, inside: [] };
    (open.at(-1)?.inside ?? outermost).push(node);
    open.push(node);
  }
  return outermost;
}
