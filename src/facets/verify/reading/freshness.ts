import type { ObjectReader } from '../../../git/objects/object-reader.js';
import type { Oid } from '../../../git/objects/object-id.js';
import type { Readings } from '../../../record/readings.js';
import type { ByteString } from '../../../util/byte-string.js';
import { lastReadings, StretchFinder } from '../past/path-ranges.js';
import { RecordHistory } from '../past/recorded-since.js';

/**
 * Tells which files were read at or after a time: when they were hashed, or by a later reading.
 * @param after seconds since the epoch
 */
export function freshSince(
  gitDir: ByteString,
  reader: ObjectReader,
  head: Oid,
  { ranges }: Readings,
  after: number,
): (path: ByteString) => boolean {
  const finder = new StretchFinder(lastReadings(ranges.filter(({ begin }) => begin >= after)));
  const hashed = new Set<ByteString>();
  for (const { path, since } of RecordHistory.of(gitDir, reader, head, after).records()) if (since >= after) hashed.add(path);
  return (path) => finder.rangeOf(path) !== null || hashed.has(path);
}
