import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, plainTextOfBytes } from '../../util/byte-string.js';
import { sqlText } from '../duckdb.js';
import type { QueryLimits } from './fenced-query.js';
import { answerOf } from './fenced-query.js';
import type { OpenIndex } from './open-index.js';
import { isAtPlaces, listedAt, PATH_COLUMNS, pathOfRow } from './recorded-rows.js';
import type { RowKind } from './stored-rows.js';

/** What is looked for; all of it must be true. */
export interface Wanted {
  /** Absolute; empty for all. */
  readonly places: readonly ByteString[];
  /** Seconds since 1970; infinite for now. */
  readonly seconds: number;
  readonly kinds: readonly RowKind[];
  /** Globs for the last name, one of which must fit. */
  readonly names: readonly { readonly glob: ByteString; readonly ignoresCase: boolean }[];
  /** Bytes: at least, at most. */
  readonly sizeFrom?: bigint | undefined;
  readonly sizeTo?: bigint | undefined;
  /** Seconds since 1970: not before, not after. */
  readonly mtimeFrom?: number | undefined;
  readonly mtimeTo?: number | undefined;
  /** In lower-case hexadecimal. */
  readonly sha256?: string | undefined;
  readonly sort: 'size' | 'mtime' | 'path';
  readonly limit?: number | undefined;
}

/** A recorded path that was found. */
export interface FoundPath {
  readonly path: ByteString;
  readonly kind: RowKind;
  readonly size: bigint;
  /** Seconds since 1970. */
  readonly mtime: bigint | null;
  readonly sha256: string | null;
  /** The uuid of the repo that records it. */
  readonly repo: string;
}

const ORDERS = { size: 'r.size DESC, path', mtime: 'r.mtime_s DESC NULLS LAST, path', path: 'path' } as const;

/** Finds recorded paths, some at a time. @throws FsoError if it takes too long or too much */
export async function* findPaths(index: OpenIndex, wanted: Wanted, limits: QueryLimits): AsyncGenerator<readonly FoundPath[]> {
  const { places, seconds, kinds, names, sizeFrom, sizeTo, mtimeFrom, mtimeTo, sha256, sort, limit } = wanted;
  const conditions = [
    listedAt(seconds),
    isAtPlaces(places),
    `r.kind IN (${kinds.map(sqlText).join(', ')})`,
    ...(names.length === 0 ? [] : [`(${names.map(nameCondition).join(' OR ')})`]),
    ...(sizeFrom === undefined ? [] : [`r.size >= ${sizeFrom}`]),
    ...(sizeTo === undefined ? [] : [`r.size <= ${sizeTo}`]),
    ...(mtimeFrom === undefined ? [] : [`r.mtime_s >= ${Math.floor(mtimeFrom)}`]),
    ...(mtimeTo === undefined ? [] : [`r.mtime_s <= ${Math.floor(mtimeTo)}`]),
    ...(sha256 === undefined ? [] : [`r.sha256 = from_hex(${sqlText(sha256)})`]),
  ];
  const sql =
    `SELECT ${PATH_COLUMNS}, r.kind, r.size, r.mtime_s, lower(hex(r.sha256)), r.repo FROM stored.versions r ` +
    `WHERE ${conditions.join(' AND ')} ORDER BY ${ORDERS[sort]}${limit === undefined ? '' : ` LIMIT ${limit}`}`;
  const { pieces } = await answerOf(index, sql, limits);
  for await (const piece of pieces) {
    const found = piece.map(([text, bytes, kind, size, mtime, sum, repo]): FoundPath => ({
      path: pathOfRow(text, bytes),
      kind: kind as RowKind,
      size: size as bigint,
      mtime: mtime as bigint | null,
      sha256: sum as string | null,
      repo: repo as string,
    }));
    yield places.length === 0 ? found : found.filter(({ path }) => places.some((place) => isAtOrBelow(path, place)));
  }
}

function nameCondition({ glob, ignoresCase }: Wanted['names'][number]): string {
  const pattern = sqlText(plainTextOfBytes(glob));
  return ignoresCase ? `lower(r.name) GLOB lower(${pattern})` : `r.name GLOB ${pattern}`;
}
