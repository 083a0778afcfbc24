import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, isAtOrBelow, joinPath } from '../../util/byte-string.js';
import type { Part } from '../places/parts.js';
import { pathOfPart, relativeTo } from '../places/parts.js';
import type { EntryKind } from '../states/recorded-entry.js';

/** What growth is told of: parts of repos as a whole, or directories, so many levels below the places that are asked about. */
export type GrowthUnit =
  | { readonly by: 'repo' }
  | { readonly by: 'dir'; readonly depth: number; readonly places: readonly ByteString[] };

/** Which row of the answer something in a part of a repo belongs to. */
export interface Grouping {
  /** What the part has and no directory in it. */
  readonly top: ByteString;
  /** All of it belongs to that one. */
  readonly isWhole: boolean;
  /** @param path absolute, of a directory, in a part of a repo */
  of(path: ByteString): ByteString;
}

export function groupingOf(part: Part, unit: GrowthUnit): Grouping {
  const top = pathOfPart(part);
  if (unit.by === 'repo') return { top, isWhole: true, of: () => top };
  const place = unit.places.find((each) => isAtOrBelow(top, each)) ?? top;
  const of = (path: ByteString): ByteString => {
    const names = isAtOrBelow(path, place) ? relativeTo(place, path).split('/', unit.depth) : [];
    return names.reduce((at, name) => (name === '' ? at : joinPath(at, name)), place);
  };
  const isWhole = top !== place && relativeTo(place, top).split('/').length >= unit.depth;
  return { top: of(top), isWhole, of };
}

/** The directory that something recorded is in; a whole directory is in itself. @param path absolute */
export function directoryOfRecord(path: ByteString, kind: EntryKind): ByteString {
  return kind === 'summary' ? path : directoryOf(path);
}
