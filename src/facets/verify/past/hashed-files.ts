import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import { requireTreeDepth } from '../../../git/trees/tree-depth.js';
import type { ByteString } from '../../../util/byte-string.js';
import { joinPath } from '../../../util/byte-string.js';
import { HashedDirectory } from '../../sha/hashed-directory.js';

/** A file that was hashed. */
export interface HashedFile {
  readonly path: ByteString;
  /** What it looked like then: see `hashed-look`. */
  readonly look: string;
  /** Bytes, as far as that is remembered. */
  readonly size: number;
}

/** All files that were hashed, directory by directory. @param tree that says what was hashed */
export function* hashedFiles(reader: ObjectReader, tree: Oid, directory: ByteString = '', depth = 0): Generator<HashedFile> {
  requireTreeDepth(depth, directory);
  const hashed = new HashedDirectory(reader, tree);
  for (const [name, look] of hashed.files) yield { path: joinPath(directory, name), look, size: sizeOfLook(look) };
  for (const { name, oid } of hashed.subtrees) yield* hashedFiles(reader, oid, joinPath(directory, name), depth + 1);
}

/** Bytes of a file, by what is remembered of it. */
export function sizeOfLook(look: string): number {
  return Number.parseInt(look.startsWith('+') || look.startsWith('~') ? look.slice(1) : look, 10);
}
