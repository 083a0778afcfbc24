import { readRecordedStub } from '../../facets/observe/selection.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import { trackingOf } from '../../shadow/stub/stub-files.js';

/** How a tree of `master-stat` says that its repo is tracked; null if the stub was edited by hand. */
export function recordedTracking(reader: ObjectReader, tree: Oid): SubdirTracking | null {
  const { gitignore, gitattributes, nogbundles } = readRecordedStub(reader, tree);
  const text = (body: Buffer | null): string => body?.toString('latin1') ?? '';
  return trackingOf({ '.gitignore': text(gitignore), '.gitattributes': text(gitattributes), '.nogbundles': text(nogbundles) });
}

/**
 * True for a tree of `master-stat` of a repo with `ignore-most`, which is for the sum of all that is in the realdir. What else it
 * records, such as a README, is in that sum.
 */
export function isOneSum(reader: ObjectReader, tree: Oid): boolean {
  return recordedTracking(reader, tree) === 'ignore-most';
}
