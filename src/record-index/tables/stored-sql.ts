import { sqlText } from '../duckdb.js';
import type { OpenFiles } from '../files/index-directory.js';
import type { Layer, RootFiles } from '../files/manifest.js';
import { layersOf } from '../files/manifest.js';
import { RUN_COLUMNS, VERSION_COLUMNS } from './stored-rows.js';

/** What tells a row from all others: two with the same are the same state, of which the one in the later layer counts. */
const PATH_KEY = ['repo', 'dir', 'name'] as const;
const KEY = [...PATH_KEY, 'path_bytes', 'valid_from'].join(', ');

/** The same path, whatever its bytes, of two tables that have `repo`, `dir`, `name` and `path_bytes`. */
export function isSamePath(one: string, other: string): string {
  const same = PATH_KEY.map((column) => `${one}.${column} = ${other}.${column}`);
  return [...same, `${one}.path_bytes IS NOT DISTINCT FROM ${other}.path_bytes`].join(' AND ');
}

function filesSql(files: OpenFiles, names: readonly string[]): string {
  return `read_parquet([${names.map((name) => sqlText(files.pathOf(name))).join(', ')}])`;
}

function namesOf(layers: readonly Layer[], what: 'versions' | 'runs'): readonly string[] {
  return layers.flatMap((layer) => layer[what] ?? []);
}

/** A table without rows. */
function emptySql(columns: string): string {
  const typed = columns.split(', ').map((column) => {
    const [name, type] = column.split(' ');
    return `CAST(NULL AS ${type}) AS ${name}`;
  });
  return `SELECT 0 AS layer, ${typed.join(', ')} WHERE false`;
}

interface Dropping {
  readonly join: string;
  readonly condition: string;
}

function droppingOf(roots: readonly RootFiles[]): Dropping {
  const dropped = roots.flatMap((root) => root.dropped);
  if (dropped.length === 0) return { join: '', condition: 'true' };
  const values = dropped.map(({ repo, before }) => `(${sqlText(repo)}, ${before})`).join(', ');
  return {
    join:
      `LEFT JOIN (SELECT repo, max("before") AS "before" FROM (VALUES ${values}) d(repo, "before") GROUP BY repo) dead ` +
      'ON dead.repo = r.repo',
    condition: '(dead."before" IS NULL OR r.layer >= dead."before")',
  };
}

/** SELECT of all states that count, as they are stored. */
export function versionsSql(files: OpenFiles, roots: readonly RootFiles[]): string {
  const names = namesOf(roots.flatMap(layersOf), 'versions');
  if (names.length === 0) return emptySql(VERSION_COLUMNS);
  const { join, condition } = droppingOf(roots);
  const deltas = namesOf(roots.flatMap((root) => root.deltas), 'versions');
  const newest = (of: readonly string[]): string => `SELECT ${KEY}, max(layer) AS newest FROM ${filesSql(files, of)} GROUP BY ${KEY}`;
  const newer = deltas.length === 0 ? '' : `LEFT JOIN (${newest(deltas)}) n ON ${isSamePath('r', 'n')} AND r.valid_from = n.valid_from`;
  const isNewest = deltas.length === 0 ? 'true' : '(n.newest IS NULL OR r.layer >= n.newest)';
  return `SELECT r.* FROM ${filesSql(files, names)} r ${newer} ${join} WHERE ${isNewest} AND ${condition}`;
}

/** SELECT of all runs that count, as they are stored. */
export function runsSql(files: OpenFiles, roots: readonly RootFiles[]): string {
  const names = namesOf(roots.flatMap(layersOf), 'runs');
  if (names.length === 0) return emptySql(RUN_COLUMNS);
  const { join, condition } = droppingOf(roots);
  return `SELECT r.* FROM ${filesSql(files, names)} r ${join} WHERE ${condition}`;
}
