import type { Oid } from './object-id.js';

const OID_LENGTH = 20;

/**
 * Where an id is in a table of ids, sorted and one behind the other, as pack indexes and commit-graphs have it; -1 if it is not there.
 * @param from the first entry to look at; `to` is the one behind the last
 */
export function findId(ids: Buffer, from: number, to: number, oid: Oid): number {
  let [left, right] = [from, to];
  while (left < right) {
    const middle = (left + right) >>> 1;
    const order = compareId(ids, middle * OID_LENGTH, oid);
    if (order === 0) return middle;
    if (order < 0) left = middle + 1;
    else right = middle;
  }
  return -1;
}

/** Order of the id in `bytes` at `at` relative to `oid`: negative, 0 or positive. */
export function compareId(bytes: Buffer, at: number, oid: Oid): number {
  for (let i = 0; i < OID_LENGTH; i++) {
    const difference = (bytes[at + i] as number) - oid.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return 0;
}
