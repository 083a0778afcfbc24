import type { OpenFiles } from '../files/index-directory.js';
import type { RootFiles } from '../files/manifest.js';
import { runsSql, versionsSql } from './stored-sql.js';

/** A column of a table, for people. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** A table that can be asked. */
export interface TableDescription {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
}

const column = (name: string, type: string, description: string): Column => ({ name, type, description });

const STATE_COLUMNS: readonly Column[] = [
  column('path', 'VARCHAR', 'the real path; where that is not UTF-8, with U+FFFD for what is wrong'),
  column('path_bytes', 'BLOB', 'its bytes, where it is not UTF-8, else null'),
  column('root', 'VARCHAR', 'the configured root that it is in'),
  column('repo', 'VARCHAR', 'uuid of the shadow repo that records it'),
  column('realdir', 'VARCHAR', 'the directory that this repo records'),
  column('dir', 'VARCHAR', 'the directory of the path'),
  column('name', 'VARCHAR', 'its last name'),
  column('ext', 'VARCHAR', "what follows the last dot of the name, in lower case; '' without one"),
  column('kind', 'VARCHAR', "'file', 'link', or a sum: 'bundle', 'submodule', 'toplevel' of a whole repo"),
  column('size', 'BIGINT', 'bytes; of a sum, of all that is in it'),
  column('files', 'BIGINT', 'regular files: 1 for a file, of a sum as many as are in it'),
  column('mtime', 'TIMESTAMP', 'in UTC; null where it is not recorded, as of links, or beyond what fits'),
  column('mtime_s', 'BIGINT', 'seconds since 1970'),
  column('sha1', 'VARCHAR', 'in hexadecimal; null where it is not known of this very state'),
  column('sha256', 'VARCHAR', 'in hexadecimal; null where it is not known of this very state'),
  column('inode', 'BIGINT', 'of the file when its checksum was found; null where that is not known: hard links have the same'),
  column('counted', 'BOOLEAN', 'true for what to add up so that no byte counts twice'),
  column('valid_from', 'TIMESTAMP', 'when it was recorded, in UTC'),
];

const COUNTED_COLUMN = 'counted_until';

const VERSION_COLUMNS_SHOWN: readonly Column[] = [
  ...STATE_COLUMNS.filter(({ name }) => name !== 'counted'),
  column(COUNTED_COLUMN, 'TIMESTAMP', 'from when on another repo counts it; null if none does, not after valid_from if always'),
  column('valid_to', 'TIMESTAMP', 'when something else was recorded, or nothing any more; null: it is so now'),
];

/** What `git-fso query` knows, in the order of `--schema`. */
export const TABLES: readonly TableDescription[] = [
  { name: 'files', description: 'what is recorded now; files_at(<time>) has the same of any time', columns: STATE_COLUMNS },
  { name: 'versions', description: 'every state that any path had, from when to when', columns: VERSION_COLUMNS_SHOWN },
  {
    name: 'changes',
    description: 'what was recorded as added, modified or deleted, and when',
    columns: [
      column('time', 'TIMESTAMP', 'when it was recorded, in UTC'),
      column('path', 'VARCHAR', 'as in files'),
      column('path_bytes', 'BLOB', 'as in files'),
      column('root', 'VARCHAR', 'as in files'),
      column('repo', 'VARCHAR', 'as in files'),
      column('realdir', 'VARCHAR', 'as in files'),
      column('dir', 'VARCHAR', 'as in files'),
      column('name', 'VARCHAR', 'as in files'),
      column('kind', 'VARCHAR', 'as in files'),
      column('change', 'VARCHAR', "'added', 'modified' or 'deleted'"),
      column('size_before', 'BIGINT', 'bytes; null where there was nothing'),
      column('size_after', 'BIGINT', 'bytes; null where there is nothing any more'),
      column('first', 'BOOLEAN', 'true for what the first record of a repo holds: newly observed, not newly created'),
  column('counted', 'BOOLEAN', 'as in files, at that time'),
    ],
  },
  {
    name: 'repos',
    description: 'the shadow repos',
    columns: [
      column('repo', 'VARCHAR', 'uuid'),
      column('root', 'VARCHAR', 'the configured root that it is in'),
      column('realdir', 'VARCHAR', 'the directory that it records'),
      column('shadow', 'VARCHAR', 'the shadow repo'),
      column('tracking', 'VARCHAR', 'how closely it looks; null if its stub was edited by hand'),
      column('first_record', 'TIMESTAMP', 'when records begin, in UTC'),
      column('last_record', 'TIMESTAMP', 'when something was last recorded, in UTC'),
      column('files', 'BIGINT', 'regular files in the directory, when they were last summed up'),
      column('size', 'BIGINT', 'bytes in the directory, when they were last summed up'),
    ],
  },
  {
    name: 'runs',
    description: 'the commits of records',
    columns: [
      column('repo', 'VARCHAR', 'as in repos'),
      column('facet', 'VARCHAR', "'stat' or 'sha'"),
      column('commit', 'VARCHAR', 'in hexadecimal'),
      column('time', 'TIMESTAMP', 'in UTC'),
      column('added', 'BIGINT', 'paths'),
      column('modified', 'BIGINT', 'paths'),
      column('deleted', 'BIGINT', 'paths'),
    ],
  },
  {
    name: 'findings',
    description: 'files with other bytes than recorded, which verify has found, and nobody has settled',
    columns: [
      column('path', 'VARCHAR', 'the real path'),
      column('path_bytes', 'BLOB', 'as in files'),
      column('repo', 'VARCHAR', 'as in repos'),
      column('class', 'VARCHAR', "'corrupt': nobody wrote it; 'rewritten': somebody did, and put the mtime back"),
      column('size', 'BIGINT', 'bytes of the right content'),
      column('sha256', 'VARCHAR', 'what is right'),
      column('found', 'VARCHAR', 'what was read'),
      column('last_good', 'TIMESTAMP', 'when it was last right, in UTC'),
      column('first_bad', 'TIMESTAMP', 'when it was first wrong, in UTC'),
    ],
  },
];

/** Seconds since 1970 as a time; null where that does not fit. */
const time = (seconds: string): string =>
  `CASE WHEN ${seconds} BETWEEN -62135596800 AND 253402300799 THEN make_timestamp(${seconds} * 1000000) END`;

const PATH = "r.dir || '/' || r.name AS path";
const EXT = "CASE WHEN r.name LIKE '_%.%' THEN lower(regexp_extract(r.name, '[^.]*$')) ELSE '' END AS ext";
const PLACE = 'r.path_bytes, p.root, r.repo, p.realdir, r.dir, r.name';

const STATE =
  `${PATH}, ${PLACE}, ${EXT}, r.kind, r.size, r.files, ${time('r.mtime_s')} AS mtime, r.mtime_s, ` +
  'lower(hex(r.sha1)) AS sha1, lower(hex(r.sha256)) AS sha256, r.inode';

/** True for what counts at a time in seconds. */
const countedAt = (seconds: string): string => `(r.counted_until IS NULL OR r.counted_until > ${seconds})`;

/** The columns of `files`. */
const stateAt = (seconds: string): string => `${STATE}, ${countedAt(seconds)} AS counted, ${time('r.valid_from')} AS valid_from`;

const NOW = '9223372036854775807';

/** A time of any type as seconds, of which a state begins at or before it. */
const SECONDS_OF = 'CAST(floor(epoch(CAST("at" AS TIMESTAMP))) AS BIGINT)';

const FROM = 'FROM stored.versions r JOIN stored.repos p USING (repo)';

/**
 * Statements that make the tables of `TABLES`, over those of schema `stored`: `repos` and `findings`, which are there, and files of
 * the index.
 */
export function tableStatements(files: OpenFiles, roots: readonly RootFiles[]): readonly string[] {
  const changes = (seconds: string, change: string, before: string, after: string, first: string): string =>
    `SELECT ${time(seconds)} AS time, ${PATH}, ${PLACE}, r.kind, ${change} AS change, ${before} AS size_before, ${after} AS size_after, ` +
    `${first} AS first, ${countedAt(seconds)} AS counted ${FROM}`;
  const begun = changes(
    'r.valid_from', "CASE WHEN r.size_before IS NULL THEN 'added' ELSE 'modified' END", 'r.size_before', 'r.size',
    'r.valid_from = p.first_s',
  );
  const gone = changes('r.valid_to', "'deleted'", 'r.size', 'CAST(NULL AS BIGINT)', 'false');
  return [
    `CREATE VIEW stored.versions AS ${versionsSql(files, roots)}`,
    `CREATE VIEW stored.runs AS ${runsSql(files, roots)}`,
    `CREATE VIEW files AS SELECT ${stateAt(NOW)} ${FROM} WHERE r.valid_to IS NULL`,
    `CREATE MACRO files_at("at") AS TABLE SELECT ${stateAt(SECONDS_OF)} ${FROM} ` +
      `WHERE r.valid_from <= ${SECONDS_OF} AND (r.valid_to IS NULL OR r.valid_to > ${SECONDS_OF})`,
    `CREATE VIEW versions AS SELECT ${STATE}, ${time('r.valid_from')} AS valid_from, ${time('r.counted_until')} AS counted_until, ` +
      `${time('r.valid_to')} AS valid_to ${FROM}`,
    `CREATE VIEW changes AS ${begun} UNION ALL ${gone} WHERE r.gone`,
    `CREATE VIEW repos AS SELECT repo, root, realdir, shadow, tracking, ${time('first_s')} AS first_record, ` +
      `${time('last_s')} AS last_record, files, size FROM stored.repos`,
    `CREATE VIEW runs AS SELECT repo, facet, lower(hex("commit")) AS "commit", ${time('"time"')} AS "time", added, modified, deleted ` +
      'FROM stored.runs',
    `CREATE VIEW findings AS SELECT path, path_bytes, repo, class, size, sha256, found, ${time('last_good')} AS last_good, ` +
      `${time('first_bad')} AS first_bad FROM stored.findings`,
  ];
}
