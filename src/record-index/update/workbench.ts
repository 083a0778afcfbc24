import type { ByteString } from '../../util/byte-string.js';
import { loadDuckDb, sqlText } from '../duckdb.js';
import type { Appender, Connection, Instance } from '../duckdb.js';
import type { SpillDirectory } from '../../storage/spill-directory.js';
import { makeSpillDirectory } from '../../storage/spill-directory.js';
import type { IndexDirectory } from '../files/index-directory.js';
import { newFileName, OpenFiles } from '../files/index-directory.js';
import type { Layer, Manifest, RootFiles } from '../files/manifest.js';
import { filesOf } from '../files/manifest.js';
import type { RunRow, VersionRow } from '../tables/stored-rows.js';
import { appendPath, appendRun, appendVersion, RUN_COLUMNS, VERSION_COLUMNS } from '../tables/stored-rows.js';
import { isSamePath, runsSql, versionsSql } from '../tables/stored-sql.js';

/** What DuckDB may take up when it writes the index; the rest goes to disk. */
const MEMORY = '1GB';
const THREADS = 2;
/** Rows that one reads before it comes to another part of a file. */
const ROW_GROUP = 122_880;

/** A path that changes, of a repo. */
export interface TouchedPath {
  readonly repo: string;
  /** Absolute. */
  readonly path: ByteString;
}

/** What a path has in the index. */
export interface FoundState {
  /** Seconds since 1970. */
  readonly from: number;
  readonly sizeBefore: bigint | null;
}

/** Where new rows are collected and files made of them. Close it when done. */
export class Workbench {
  #versions: Appender | null = null;
  #runs: Appender | null = null;

  private constructor(
    private readonly directory: IndexDirectory,
    private readonly instance: Instance,
    private readonly connection: Connection,
    private readonly spill: SpillDirectory,
    private readonly files: OpenFiles,
  ) {}

  /**
   * @param manifest whose files are there
   * @throws FsoError if DuckDB is not there; what open(2) throws, if a file is missing
   */
  static async open(directory: IndexDirectory, manifest: Manifest): Promise<Workbench> {
    const duckdb = loadDuckDb('git-fso index');
    const files = new OpenFiles(directory.path, filesOf(manifest));
    const spill = makeSpillDirectory();
    try {
      const instance = await duckdb.DuckDBInstance.create(':memory:', {
        threads: String(THREADS), memory_limit: MEMORY, temp_directory: spill.path,
        autoinstall_known_extensions: 'false', autoload_known_extensions: 'false',
      });
      const connection = await instance.connect();
      await connection.run(`CREATE TABLE new_versions (${VERSION_COLUMNS})`);
      await connection.run(`CREATE TABLE new_runs (${RUN_COLUMNS})`);
      return new Workbench(directory, instance, connection, spill, files);
    } catch (error) {
      files.close();
      spill.remove();
      throw error;
    }
  }

  /** Makes appenders, which are needed before rows can be added. */
  async begin(): Promise<void> {
    this.#versions = await this.connection.createAppender('new_versions');
    this.#runs = await this.connection.createAppender('new_runs');
  }

  addVersion(row: VersionRow): void {
    if (this.#versions === null) throw new RangeError('not begun');
    appendVersion(this.#versions, row);
  }

  addRun(row: RunRow): void {
    if (this.#runs === null) throw new RangeError('not begun');
    appendRun(this.#runs, row);
  }

  /** Ends adding. @param without repos whose new rows do not count, since not all of them are there */
  async end(without: readonly string[]): Promise<void> {
    this.#versions?.closeSync();
    this.#runs?.closeSync();
    this.#versions = null;
    this.#runs = null;
    for (const table of without.length === 0 ? [] : ['new_versions', 'new_runs']) {
      await this.connection.run(`DELETE FROM ${table} WHERE repo IN (${without.map(sqlText).join(', ')})`);
    }
  }

  /** What paths have now, in their order; null for nothing. @param roots where the rows of their repos are */
  async statesOf(paths: readonly TouchedPath[], roots: readonly RootFiles[]): Promise<(FoundState | null)[]> {
    const found: (FoundState | null)[] = paths.map(() => null);
    if (paths.length === 0) return found;
    await this.connection.run(
      'CREATE OR REPLACE TEMP TABLE touched (number BIGINT, repo VARCHAR, dir VARCHAR, name VARCHAR, path_bytes BLOB)',
    );
    const appender = await this.connection.createAppender('touched');
    for (const [index, { repo, path }] of paths.entries()) {
      appender.appendBigInt(BigInt(index));
      appender.appendVarchar(repo);
      appendPath(appender, path);
      appender.endRow();
    }
    appender.closeSync();
    const reader = await this.connection.runAndReadAll(
      `SELECT t.number, v.valid_from, v.size_before FROM (${versionsSql(this.files, roots)}) v JOIN touched t ON ${isSamePath('v', 't')} ` +
        'WHERE v.valid_to IS NULL',
    );
    for (const [number, from, sizeBefore] of reader.getRows()) {
      found[Number(number)] = { from: Number(from), sizeBefore: sizeBefore as bigint | null };
    }
    return found;
  }

  /** How many new rows there are of some repos. */
  async countOf(repos: readonly string[]): Promise<number> {
    const reader = await this.connection.runAndReadAll(`SELECT count(*) FROM new_versions r WHERE ${isOneOf(repos)}`);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  /** Makes files of the new rows of some repos. @returns null if there are none */
  async writeLayer(number: number, repos: readonly string[]): Promise<Layer | null> {
    if (repos.length === 0) return null;
    return this.#write(number, `FROM new_versions r WHERE ${isOneOf(repos)}`, `FROM new_runs r WHERE ${isOneOf(repos)}`);
  }

  /** Makes files of all rows of a root: those that count of its layers, and the new ones of some repos. @returns null if there are none */
  async writeBase(number: number, root: RootFiles, repos: readonly string[]): Promise<Layer | null> {
    const key = `${isSamePath('r', 'w')} AND r.valid_from = w.valid_from`;
    const old = `SELECT r.* EXCLUDE (layer) FROM (${versionsSql(this.files, [root])}) r ANTI JOIN new_versions w ON ${key}`;
    const oldRuns = `SELECT r.* EXCLUDE (layer) FROM (${runsSql(this.files, [root])}) r`;
    return this.#write(
      number,
      `FROM (${old} UNION ALL SELECT * FROM new_versions r WHERE ${isOneOf(repos)}) r`,
      `FROM (${oldRuns} UNION ALL SELECT * FROM new_runs r WHERE ${isOneOf(repos)}) r`,
    );
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
    this.files.close();
    this.spill.remove();
  }

  async #write(number: number, versions: string, runs: string): Promise<Layer | null> {
    const rows = await this.#copy(number, 'versions', `${versions} ORDER BY repo, dir, name, path_bytes, valid_from`);
    const commits = await this.#copy(number, 'runs', `${runs} ORDER BY repo, facet, number`);
    if (rows === null && commits === null) return null;
    return { number, versions: rows?.name ?? null, runs: commits?.name ?? null, rows: rows?.count ?? 0 };
  }

  /** @returns null if there are no rows */
  async #copy(number: number, what: 'versions' | 'runs', from: string): Promise<{ readonly name: string; readonly count: number } | null> {
    const name = newFileName(number, what);
    let count = 0;
    await this.directory.create(name, async (path) => {
      const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP}, USE_TMP_FILE false`;
      const result = await this.connection.run(`COPY (SELECT ${number} AS layer, r.* ${from}) TO ${sqlText(path)} (${options})`);
      count = Number((await result.getRows())[0]?.[0] ?? 0);
    });
    return count === 0 ? null : { name, count };
  }
}

function isOneOf(repos: readonly string[]): string {
  return repos.length === 0 ? 'false' : `r.repo IN (${repos.map(sqlText).join(', ')})`;
}
