import type { QueryLimits, SqlValue } from '../../record-index/tables/fenced-query.js';
import { answerOf } from '../../record-index/tables/fenced-query.js';
import { findDuplicates } from '../../record-index/tables/find-duplicates.js';
import type { OpenIndex } from '../../record-index/tables/open-index.js';
import { isAtPlaces, PATH_COLUMNS, pathOfRow } from '../../record-index/tables/recorded-rows.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, directoryOf, isAtOrBelow } from '../../util/byte-string.js';
import type { DuplicateFacts, FileFact, ShareFact } from '../facts.js';
import type { DirectorySums } from '../tree/directory-tree.js';
import { newer } from '../tree/directory-tree.js';

/** What is asked of the index. */
export interface IndexQuestion {
  /** Absolute; empty for all that is recorded. */
  readonly places: readonly ByteString[];
  /** Seconds since 1970. */
  readonly since: number;
  readonly now: number;
  readonly limits: QueryLimits;
}

const DAY = 86_400;
const YEAR = 365 * DAY;
const AGES = [
  { name: 'less than 30 days ago', most: 30 * DAY },
  { name: 'less than 90 days ago', most: 90 * DAY },
  { name: 'less than a year ago', most: YEAR },
  { name: 'less than 2 years ago', most: 2 * YEAR },
  { name: 'less than 5 years ago', most: 5 * YEAR },
] as const;
const OLDEST = '5 years ago or more';
const UNKNOWN_AGE = 'not known';

/** Files that the treemap may draw one by one. */
const BIGGEST_MAX = 500;
const TYPES_MAX = 25;
const DUPLICATES_MAX = 50;

const FROM = 'FROM stored.versions r JOIN stored.repos p USING (repo)';
const IS_ENTRY = "r.kind IN ('file', 'link')";
/** The directory that a row is in; a sum is its own. */
const PLACE = `CASE WHEN ${IS_ENTRY} THEN r.dir ELSE r.dir || '/' || r.name END`;
const EXT = "CASE WHEN r.name LIKE '_%.%' THEN '.' || lower(regexp_extract(r.name, '[^.]*$')) ELSE '(no ending)' END";

/** True for a state that is there now, of which no other repo tells. */
const NOW = '(r.valid_to IS NULL AND r.counted_until IS NULL)';

/** The same of a time in seconds since 1970. */
const countsAt = (time: number): string =>
  `(r.valid_from <= ${time} AND (r.valid_to IS NULL OR r.valid_to > ${time}) AND (r.counted_until IS NULL OR r.counted_until > ${time}))`;

/** Asks the index. All but paths that are not UTF-8 is added up there. */
export class IndexFacts {
  constructor(
    private readonly index: OpenIndex,
    private readonly question: IndexQuestion,
  ) {}

  /** Every directory in which something is, or was at the begin of the period. */
  async directories(): Promise<DirectorySums[]> {
    const { since, places } = this.question;
    const past = countsAt(since);
    const sums =
      `sum(r.files) FILTER (${NOW}) AS files, sum(r.size) FILTER (${NOW}) AS size, sum(r.size) FILTER (${past}) AS before, ` +
      `sum(r.size) FILTER (${NOW} AND r.valid_from = p.first_s AND r.valid_from > ${since}) AS first, ` +
      `max(r.mtime_s) FILTER (${NOW}) AS newest`;
    const wanted = `${FROM} WHERE (${NOW} OR ${past}) AND ${isAtPlaces(places)}`;
    const found = new Map<ByteString, DirectorySums>();
    await this.#each(`SELECT ${PLACE} AS place, ${sums} ${wanted} AND r.path_bytes IS NULL GROUP BY place`, ([place, ...row]) => {
      add(found, sumsOf(bytesOfText(String(place)), row));
    });
    const single = `${wanted} AND r.path_bytes IS NOT NULL GROUP BY path, r.path_bytes, entry`;
    await this.#each(`SELECT ${PATH_COLUMNS}, ${IS_ENTRY} AS entry, ${sums} ${single}`, ([text, bytes, isEntry, ...row]) => {
      const path = pathOfRow(text, bytes);
      if (this.#isWanted(path)) add(found, sumsOf(isEntry === true ? directoryOf(path) : path, row));
    });
    return [...found.values()];
  }

  /** The biggest files. */
  async biggest(): Promise<FileFact[]> {
    const { since, places } = this.question;
    const isFile = `r.kind = 'file' AND ${NOW} AND ${isAtPlaces(places)}`;
    const largest = `SELECT r.* ${FROM} WHERE ${isFile} ORDER BY r.size DESC LIMIT ${BIGGEST_MAX}`;
    const wasFile = `r.kind = 'file' AND ${countsAt(since)}`;
    const before = `SELECT r.repo, r.dir, r.name, r.path_bytes, r.size FROM stored.versions r WHERE ${wasFile}`;
    const sql =
      `SELECT ${PATH_COLUMNS}, r.size, b.size, r.mtime_s FROM (${largest}) r LEFT JOIN (${before}) b ` +
      'ON b.repo = r.repo AND b.dir = r.dir AND b.name = r.name ' +
      'AND b.path_bytes IS NOT DISTINCT FROM r.path_bytes ORDER BY r.size DESC, path';
    const files: FileFact[] = [];
    await this.#each(sql, ([text, bytes, size, past, mtime]) => {
      const path = pathOfRow(text, bytes);
      if (this.#isWanted(path)) files.push({ path, size: Number(size), before: Number(past ?? 0), mtime: numberOrNull(mtime) });
    });
    return files;
  }

  /** Files by when they were last modified. */
  async ages(): Promise<ShareFact[]> {
    const cases = AGES.map(({ most }, index) => `WHEN r.mtime_s > ${this.question.now - most} THEN ${index}`).join(' ');
    const age = `CASE WHEN r.mtime_s IS NULL THEN ${AGES.length + 1} ${cases} ELSE ${AGES.length} END`;
    const names = [...AGES.map(({ name }) => name), OLDEST, UNKNOWN_AGE];
    const shares: ShareFact[] = [];
    await this.#each(`SELECT ${age} AS age, count(*), sum(r.size) ${this.#files()} GROUP BY age ORDER BY age`, ([index, files, size]) => {
      shares.push({ name: names[Number(index)] ?? UNKNOWN_AGE, files: Number(files), size: Number(size) });
    });
    return shares;
  }

  /** Files by how their names end. */
  async types(): Promise<ShareFact[]> {
    const shares: ShareFact[] = [];
    const sql = `SELECT ${EXT} AS ext, count(*), sum(r.size) AS bytes ${this.#files()} GROUP BY ext ORDER BY bytes DESC, ext`;
    await this.#each(sql, ([ext, files, size]) => {
      shares.push({ name: String(ext), files: Number(files), size: Number(size) });
    });
    const rest = shares.slice(TYPES_MAX);
    const sum = (key: 'files' | 'size'): number => rest.reduce((all, each) => all + each[key], 0);
    const others = rest.length === 0 ? [] : [{ name: `(${rest.length} others)`, files: sum('files'), size: sum('size') }];
    return [...shares.slice(0, TYPES_MAX), ...others];
  }

  /** Content that is there more than once. */
  async duplicates(): Promise<DuplicateFacts> {
    const { places, limits } = this.question;
    const largest: DuplicateFacts['largest'][number][] = [];
    let [wasted, groups] = [0, 0];
    for await (const { sha256, size, copies, waste, paths } of findDuplicates(this.index, places, 1n, limits)) {
      groups += 1;
      wasted += Number(waste);
      if (groups <= DUPLICATES_MAX) largest.push({ sha256, size: Number(size), copies, paths });
    }
    return { wasted, groups, largest };
  }

  #files(): string {
    return `${FROM} WHERE r.kind = 'file' AND ${NOW} AND ${isAtPlaces(this.question.places)}`;
  }

  #isWanted(path: ByteString): boolean {
    const { places } = this.question;
    return places.length === 0 || places.some((place) => isAtOrBelow(path, place));
  }

  async #each(sql: string, take: (row: readonly SqlValue[]) => void): Promise<void> {
    const { pieces } = await answerOf(this.index, sql, this.question.limits);
    for await (const rows of pieces) for (const row of rows) take(row);
  }
}

function sumsOf(path: ByteString, [files, size, before, first, newest]: readonly SqlValue[]): DirectorySums {
  return {
    path,
    files: Number(files ?? 0),
    size: Number(size ?? 0),
    before: Number(before ?? 0),
    first: Number(first ?? 0),
    newest: numberOrNull(newest),
  };
}

/** A directory that is UTF-8 may have files that are not. */
function add(found: Map<ByteString, DirectorySums>, sums: DirectorySums): void {
  const { path } = sums;
  const known = found.get(path);
  if (known === undefined) {
    found.set(path, sums);
    return;
  }
  found.set(path, {
    path,
    files: known.files + sums.files,
    size: known.size + sums.size,
    before: known.before + sums.before,
    first: known.first + sums.first,
    newest: newer(known.newest, sums.newest),
  });
}

const numberOrNull = (value: SqlValue | undefined): number | null => (value === null || value === undefined ? null : Number(value));
