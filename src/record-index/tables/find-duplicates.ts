import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { QueryLimits } from './fenced-query.js';
import { answerOf } from './fenced-query.js';
import type { OpenIndex } from './open-index.js';
import { isAtPlaces, listedAt, PATH_COLUMNS, pathOfRow } from './recorded-rows.js';

/** Files with the same content. */
export interface DuplicateGroup {
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  /** Of each, in bytes. */
  readonly size: bigint;
  /** How many there are: names of one file, hard links, count as one. */
  readonly copies: number;
  /** Bytes that all but one of them take up. */
  readonly waste: bigint;
  readonly paths: readonly ByteString[];
}

/**
 * Finds recorded files with the same checksum, those that waste most first.
 * @param places absolute; empty for all
 * @param minSize bytes
 * @throws FsoError if it takes too long or too much
 */
export async function* findDuplicates(
  index: OpenIndex,
  places: readonly ByteString[],
  minSize: bigint,
  limits: QueryLimits,
): AsyncGenerator<DuplicateGroup> {
  const isWanted = `r.kind = 'file' AND r.sha256 IS NOT NULL AND r.size >= ${minSize} AND ${listedAt(Infinity)} AND ${isAtPlaces(places)}`;
  // Nothing of the paths is kept for files that are there once, which are most. An inode is one of its root's filesystem.
  const sql =
    `WITH twice AS (SELECT r.sha256, r.size, count(DISTINCT CASE WHEN r.inode IS NOT NULL THEN p.root || ':' || r.inode ` +
    `ELSE r.dir || '/' || r.name END) AS copies FROM stored.versions r JOIN stored.repos p USING (repo) ` +
    `WHERE ${isWanted} GROUP BY r.sha256, r.size HAVING count(*) > 1 AND copies > 1) ` +
    `SELECT lower(hex(r.sha256)) AS sum, r.size, t.copies, ${PATH_COLUMNS} FROM stored.versions r ` +
    `JOIN twice t ON r.sha256 = t.sha256 AND r.size = t.size WHERE ${isWanted} ORDER BY (t.copies - 1) * r.size DESC, sum, path`;
  const { pieces } = await answerOf(index, sql, limits);
  const open: OpenGroup[] = [];
  for await (const piece of pieces) {
    for (const [sum, size, copies, text, bytes] of piece) {
      const [current] = open;
      if (current === undefined || current.sha256 !== sum || current.size !== size) {
        yield* open.splice(0).flatMap(finished);
        open.push({ sha256: String(sum), size: size as bigint, copies: Number(copies), paths: [] });
      }
      const path = pathOfRow(text, bytes);
      if (places.length === 0 || places.some((place) => isAtOrBelow(path, place))) open[0]?.paths.push(path);
    }
  }
  yield* open.flatMap(finished);
}

interface OpenGroup extends Omit<DuplicateGroup, 'waste'> {
  readonly paths: ByteString[];
}

function finished(group: OpenGroup): DuplicateGroup[] {
  return group.paths.length < 2 ? [] : [{ ...group, waste: BigInt(group.copies - 1) * group.size }];
}
