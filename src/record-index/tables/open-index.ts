import { isTextInUtf8, joinPath, plainTextOfBytes, textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import type { Appender, Connection, Instance } from '../duckdb.js';
import { loadDuckDb, sqlText } from '../duckdb.js';
import type { SpillDirectory } from '../../storage/spill-directory.js';
import { makeSpillDirectory } from '../../storage/spill-directory.js';
import { IndexDirectory, OpenFiles } from '../files/index-directory.js';
import type { KnownRepo, Manifest } from '../files/manifest.js';
import { filesOf } from '../files/manifest.js';
import { tableStatements } from './table-views.js';

/** What DuckDB may take up to answer, of memory and of disk for what has no place there. */
const MEMORY = '1GB';
const SPILL = '10GB';

/** How often an index is opened again whose files were replaced while we opened them. */
const ATTEMPTS = 5;

/** The tables of an index in a database in memory, of which nothing but the files of the index can be reached. Close it when done. */
export class OpenIndex {
  private constructor(
    readonly connection: Connection,
    readonly manifest: Manifest,
    private readonly instance: Instance,
    private readonly files: OpenFiles,
    private readonly spill: SpillDirectory,
    /** The one file that can be written: for an answer as Parquet. */
    readonly outputPath: string,
  ) {}

  /**
   * @param command for messages, such as `git-fso query`
   * @throws FsoError if there is no index, or no DuckDB
   */
  static async open(shadowRoot: ByteString, command: string): Promise<OpenIndex> {
    const duckdb = loadDuckDb(command);
    const { manifest, files } = openedFiles(new IndexDirectory(shadowRoot));
    const spill = makeSpillDirectory();
    try {
      const instance = await duckdb.DuckDBInstance.create(':memory:', {
        threads: '2', memory_limit: MEMORY, temp_directory: spill.path, max_temp_directory_size: SPILL,
        autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', allow_community_extensions: 'false',
      });
      const connection = await instance.connect();
      const index = new OpenIndex(connection, manifest, instance, files, spill, spill.makeFile('answer.parquet'));
      await index.#makeTables();
      return index;
    } catch (error) {
      files.close();
      spill.remove();
      throw error;
    }
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
    this.files.close();
    this.spill.remove();
  }

  async #makeTables(): Promise<void> {
    const { connection, files, manifest } = this;
    await connection.run('CREATE SCHEMA stored');
    await connection.run(
      'CREATE TABLE stored.repos (repo VARCHAR, root VARCHAR, realdir VARCHAR, shadow VARCHAR, tracking VARCHAR, first_s BIGINT, ' +
        'last_s BIGINT, files BIGINT, size BIGINT)',
    );
    await connection.run(
      'CREATE TABLE stored.findings (path VARCHAR, path_bytes BLOB, repo VARCHAR, class VARCHAR, size BIGINT, sha256 VARCHAR, ' +
        'found VARCHAR, last_good BIGINT, first_bad BIGINT)',
    );
    const repos = await connection.createAppender('repos', 'stored');
    for (const repo of manifest.repos) appendRepo(repos, repo);
    repos.closeSync();
    const findings = await connection.createAppender('findings', 'stored');
    for (const repo of manifest.repos) appendFindings(findings, repo);
    findings.closeSync();
    // From here on nothing else can be opened, and nobody can change that.
    await connection.run(`SET allowed_paths = [${[...files.paths, this.outputPath].map(sqlText).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run("SET TimeZone = 'UTC'");
    for (const statement of tableStatements(files, manifest.roots)) await connection.run(statement);
    await connection.run('SET lock_configuration = true');
  }
}

function openedFiles(directory: IndexDirectory): { readonly manifest: Manifest; readonly files: OpenFiles } {
  for (let attempt = 1; ; attempt++) {
    const manifest = directory.manifest();
    if (manifest === null) {
      throw new FsoError(`${textOfBytes(directory.path)}: there is no index`, { remedy: '`git-fso index` makes one' });
    }
    try {
      return { manifest, files: new OpenFiles(directory.path, filesOf(manifest)) };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      if (attempt < ATTEMPTS) continue;
      throw new FsoError(`${textOfBytes(directory.path)}: a file of the index is missing`, { remedy: '`git-fso index` makes it again' });
    }
  }
}

function appendOrNull(appender: Appender, value: string | number | null): void {
  if (value === null) appender.appendNull();
  else appender.appendBigInt(BigInt(value));
}

function appendRepo(appender: Appender, repo: KnownRepo): void {
  for (const text of [repo.id, plainTextOfBytes(repo.root), plainTextOfBytes(repo.realdir), plainTextOfBytes(repo.shadow)]) {
    appender.appendVarchar(text);
  }
  if (repo.tracking === null) appender.appendNull();
  else appender.appendVarchar(repo.tracking);
  for (const value of [repo.firstRecord, repo.lastRecord, repo.files, repo.size]) appendOrNull(appender, value);
  appender.endRow();
}

function appendFindings(appender: Appender, { id, realdir, findings }: KnownRepo): void {
  for (const finding of findings) {
    const path = joinPath(realdir, finding.path);
    appender.appendVarchar(plainTextOfBytes(path));
    if (isTextInUtf8(path)) appender.appendNull();
    else appender.appendBlob(Buffer.from(path, 'latin1'));
    appender.appendVarchar(id);
    appender.appendVarchar(finding.class);
    appendOrNull(appender, finding.size);
    appender.appendVarchar(finding.sha256);
    appender.appendVarchar(finding.found);
    appendOrNull(appender, finding.lastGood);
    appendOrNull(appender, finding.firstBad);
    appender.endRow();
  }
}
