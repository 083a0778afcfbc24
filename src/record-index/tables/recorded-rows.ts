import { plainTextOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { sqlText } from '../duckdb.js';

/** The columns that tell a path, in the order of `pathOfRow`. */
export const PATH_COLUMNS = "r.dir || '/' || r.name AS path, r.path_bytes";

/** The bytes of a path from its text, and its bytes where these are not UTF-8. */
export function pathOfRow(text: unknown, bytes: unknown): ByteString {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1') : Buffer.from(String(text), 'utf8').toString('latin1');
}

/**
 * A condition for the rows of `stored.versions r` that are recorded at a time and listed, each path once: what another repo answers for is
 * left out, what is in a sum besides is not.
 * @param seconds since 1970; infinite for now
 */
export function listedAt(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'r.valid_to IS NULL AND (r.counted_until IS NULL OR r.counted_until = 0)';
  const at = Math.floor(seconds);
  const isThere = `r.valid_from <= ${at} AND (r.valid_to IS NULL OR r.valid_to > ${at})`;
  return `${isThere} AND (r.counted_until IS NULL OR r.counted_until = 0 OR r.counted_until > ${at})`;
}

/** A condition for paths at or below places, as text: paths that are not UTF-8 may be others, which `isAtOrBelow` tells. */
export function isAtPlaces(places: readonly ByteString[]): string {
  if (places.length === 0 || places.includes('/')) return 'true';
  const conditions = places.map((place) => {
    const text = plainTextOfBytes(place);
    const [dir, slash] = [sqlText(text), sqlText(`${text}/`)];
    return `(r.dir = ${dir} OR starts_with(r.dir, ${slash}) OR r.dir || '/' || r.name = ${dir})`;
  });
  return `(${conditions.join(' OR ')})`;
}

/** A table expression with the rows of `files` that were recorded at a time, sorted by path. @param seconds since 1970; infinite for now */
export function rowsAt(seconds: number, places: readonly ByteString[]): string {
  const table = Number.isFinite(seconds) ? `files_at(make_timestamp(${Math.floor(seconds)}::BIGINT * 1000000))` : 'files';
  return `(SELECT * FROM ${table} r WHERE ${isAtPlaces(places)} ORDER BY r.path)`;
}
