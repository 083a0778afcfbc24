import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../../src/record-index/tables/table-views.js';
import { cleanEnvironment, fso, fsoCommand, tempDir } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';

const SQL_DOC = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/sql.md'), 'utf8');
const QUESTIONS = [...SQL_DOC.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = '']) => sql);

type Site = ReturnType<typeof makeSite>;

let site: Site;
const SETTINGS = `    patterns: |
      superrepo .
          enter data
           repo data/*
         ignore *
    initPolicy: |
      ignore-subdirs .
      enter-subdirs data/*
    facets: [stat, sha]
    index: true
`;

/** Records everything at a time. */
function rescan(time: string, args: readonly string[] = []): void {
  const { status, stderr } = fso(['rescan', '--config', site.config, ...args], { cwd: site.top, env: { GIT_COMMITTER_DATE: time } });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

function ask(sql: string, more: readonly string[] = []): Record<string, unknown>[] {
  const { status, stdout, stderr } = fso(['query', '--config', site.config, '--format', 'json', sql, ...more], { cwd: site.top });
  expect({ status, stderr }, sql).toEqual({ status: 0, stderr: '' });
  return rowsIn(stdout);
}

function rowsIn(text: string): Record<string, unknown>[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}

function run(args: readonly string[]): string {
  const { status, stdout, stderr } = fso([...args, '--config', site.config], { cwd: site.top });
  expect({ status, stderr }, args.join(' ')).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const paths = (text: string): string[] => text.split('\n').filter((line) => line !== '').map((line) => path.basename(line));

beforeAll(() => {
  const tree = { 'data/foo/a.tif': 'same content', 'data/bar/b.tif': 'same content', 'data/foo/old.txt': 'x'.repeat(5000) };
  site = makeSite(tree, SETTINGS);
  rescan('2026-10-01T02:00:00Z');
  fs.rmSync(path.join(site.project, 'data/foo/old.txt'));
  fs.writeFileSync(path.join(site.project, 'data/foo/=new.csv'), 'y'.repeat(3000));
  fs.linkSync(path.join(site.project, 'data/bar/b.tif'), path.join(site.project, 'data/bar/hard.tif'));
  rescan('2026-10-15T02:00:00Z');
});

describe('index: true', () => {
  test('has rescans keep it current', () => {
    expect(run(['index', '--status'])).toContain('up to date');
    expect(fs.statSync(path.join(site.shadow, '.git-fso/index')).mode & 0o777).toBe(0o700);
    for (const name of fs.readdirSync(path.join(site.shadow, '.git-fso/index')).filter((each) => each.endsWith('.parquet'))) {
      expect(fs.statSync(path.join(site.shadow, '.git-fso/index', name)).mode & 0o777, name).toBe(0o600);
    }
  });
});

describe('find', () => {
  test('lists what is there now, and what was there', () => {
    expect(paths(run(['find', '--name', '*.txt']))).toEqual([]);
    expect(paths(run(['find', '--name', '*.txt', '--at', '2026-10-02']))).toEqual(['old.txt']);
    expect(paths(run(['find', '--iname', '*.TIF', path.join(site.project, 'data/bar')]))).toEqual(['b.tif', 'hard.tif']);
    expect(paths(run(['find', '--size', '+2k', '--sort', 'size', '--limit', '1']))).toEqual(['=new.csv']);
    expect(run(['find', '--type', 'summary', '--json']).split('\n').length).toBeGreaterThan(1);
    expect(run(['find', '-z', '--older-than', '1y'])).toBe('');
  });

  test('agrees with ls --at', () => {
    const times = [['2026-10-02T00:00:00Z', ['a.tif', 'old.txt']], ['2026-10-20T00:00:00Z', ['=new.csv', 'a.tif']]] as const;
    for (const [at, files] of times) {
      const repo = site.repos().get('data/foo') ?? '';
      const listed = rowsIn(fso(['-C', repo, 'ls', '--json', '--at', at], { cwd: site.top }).stdout);
      const isOfFoo = "realdir LIKE '%/data/foo' AND kind = 'file'";
      const rows = ask(`SELECT name, size, mtime_s, sha256 FROM files_at('${at}') WHERE ${isOfFoo} ORDER BY name`);
      expect(rows.map(({ name }) => name)).toEqual(files);
      for (const { name, size, mtime_s: mtime } of rows) {
        expect(listed).toContainEqual(expect.objectContaining({ path: name, size, mtime }));
      }
    }
  });
});

test('duplicates counts hard links as one file', () => {
  const [group, total] = rowsIn(run(['duplicates', '--min-size', '1', '--json']));
  expect(group).toMatchObject({ size: 12, copies: 2, waste: 12 });
  expect(group?.['paths']).toHaveLength(3);
  expect(total).toEqual({ type: 'total', groups: 1, paths: 3, waste: 12 });
});

describe('query', () => {
  test('docs/sql.md has twenty questions, each of which is answered', () => {
    expect(QUESTIONS.length).toBe(20);
    for (const sql of QUESTIONS) ask(sql.replaceAll('/project/', `${site.project}/`));
  }, 300_000);

  test('--schema has the columns that there are', () => {
    const schema = run(['query', '--schema']);
    for (const { name, columns } of TABLES) {
      const there = ask(`DESCRIBE ${name}`).map((row) => [row['column_name'], row['column_type']]);
      expect(there).toEqual(columns.map((each) => [each.name, each.type]));
      expect(schema).toContain(`${name}: `);
    }
    expect(ask("DESCRIBE FROM files_at('2026-10-02')")).toEqual(ask('DESCRIBE files'));
  });

  test('writes CSV in which no name is a formula, tables, and Parquet that export writes, too', () => {
    expect(run(['query', '--format', 'csv', "SELECT name, 1 AS one FROM files WHERE name LIKE '=%'"])).toBe("name,one\r\n'=new.csv,1\r\n");
    expect(run(['query', "SELECT name, 1 AS one FROM files WHERE name LIKE '=%'"])).toBe('name      one\n=new.csv    1\n');
    for (const args of [['query', '--format', 'parquet', 'FROM files'], ['export', 'parquet']]) expect(run(args).slice(0, 4)).toBe('PAR1');
  });

  test('says what is wrong', () => {
    const wrong = ['SELEKT 1', 'SELECT 1; SELECT 2', "COPY files TO '/x'", 'SELECT nothing FROM files', "FROM read_text('/etc/passwd')"];
    for (const sql of wrong) {
      expect(fso(['query', '--config', site.config, sql], { cwd: site.top })).toMatchObject({ status: 2, stdout: '' });
    }
  });
});

test('an index that runs were killed in between is the one that is made anew', async () => {
  const [command, ...leading] = fsoCommand();
  const args = [...leading, 'index', '--config', site.config];
  for (let round = 0; round < 5; round++) {
    fs.writeFileSync(path.join(site.project, 'data/foo', `file-${round}`), String(round));
    rescan(`2026-11-0${round + 1}T02:00:00Z`, ['--facets', round % 2 === 0 ? 'stat' : 'stat,sha']);
    if (round === 2) fs.rmSync(path.join(site.shadow, '.git-fso/index/index.json'));
    const child = spawn(command, args, { cwd: site.top, env: cleanEnvironment(), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await setTimeout(round * 300);
    child.kill('SIGKILL');
    await ended;
  }
  run(['index']);
  const tables = ['versions', 'changes', 'runs', 'repos', 'files'];
  const all = (): string[][] => tables.map((table) => ask(`FROM ${table}`).map((row) => JSON.stringify(row)).sort());
  const before = all();
  const kept = fs.readdirSync(path.join(site.shadow, '.git-fso/index')).filter((name) => name.startsWith('tmp-'));
  expect(kept).toEqual([]);
  fs.rmSync(path.join(site.shadow, '.git-fso/index'), { recursive: true });
  run(['index']);
  expect(all()).toEqual(before);
});

test('a repo that is gone is in the index no longer', () => {
  const repo = site.repos().get('data/bar') ?? '';
  fs.renameSync(repo, path.join(site.top, 'aside'));
  try {
    expect(run(['index'])).toContain('1 removed');
    expect(ask("SELECT count(*) AS n FROM versions WHERE realdir LIKE '%/data/bar'")).toEqual([{ n: 0 }]);
  } finally {
    fs.renameSync(path.join(site.top, 'aside'), repo);
  }
  run(['index']);
  expect(ask("SELECT count(*) AS n FROM files WHERE realdir LIKE '%/data/bar' AND kind = 'file'")).toEqual([{ n: 2 }]);
});

test('without DuckDB, commands say what to install, and a rescan goes on', () => {
  const program = path.resolve(import.meta.dirname, '../../..');
  const alone = tempDir();
  for (const name of ['bin', 'dist', 'package.json']) fs.cpSync(path.join(program, name), path.join(alone, name), { recursive: true });
  const options = { cwd: site.top, env: { GIT_FSO_BIN: '' } };
  const without = (args: readonly string[]): ReturnType<typeof fso> => {
    const before = process.env['GIT_FSO_BIN'];
    process.env['GIT_FSO_BIN'] = `${process.execPath} ${alone}/bin/git-fso`;
    try {
      return fso([...args, '--config', site.config], options);
    } finally {
      if (before === undefined) delete process.env['GIT_FSO_BIN'];
      else process.env['GIT_FSO_BIN'] = before;
    }
  };
  for (const args of [['query', 'SELECT 1'], ['find'], ['duplicates'], ['export', 'parquet']]) {
    const { status, stderr } = without(args);
    expect({ status, args }).toEqual({ status: 1, args });
    expect(stderr).toContain('npm install -g @duckdb/node-api');
  }
  fs.writeFileSync(path.join(site.project, 'data/foo/later'), 'later');
  const { status, stderr } = without(['rescan']);
  expect(status).toBe(0);
  expect(stderr).toContain('warning: the index is not up to date');
});
