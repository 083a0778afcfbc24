import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { copyTyped } from '../../src/record-index/tables/copy-parquet.js';
import { askTyped } from '../../src/record-index/tables/fenced-query.js';
import { OpenIndex } from '../../src/record-index/tables/open-index.js';
import { FsoError } from '../../src/util/errors.js';
import { tempDir } from '../harness/index.js';
import { update } from './index-world.js';
import { oneFileWorld } from './one-file-world.js';
import { GREEDY_QUERIES, hostileQueries } from './hostile-queries.js';

const SECRET = 'squeamish ossifrage';

async function answers(index: OpenIndex, sql: string, timeoutMs: number): Promise<string> {
  try {
    const { pieces } = await askTyped(index, sql, { timeoutMs });
    let text = '';
    for await (const piece of pieces) {
      text += JSON.stringify(piece, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).slice(0, 10_000);
    }
    return text;
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return error.message;
  }
}

function listing(directory: string): readonly string[] {
  return fs.readdirSync(directory, { recursive: true }).map(String).filter((name) => !name.includes('lock')).sort();
}

test('no query gets at a file outside of the index, or changes anything', async () => {
  const top = tempDir();
  const [secret, target] = [path.join(top, 'secret'), path.join(top, 'target')];
  fs.writeFileSync(secret, `${SECRET}\n`);
  const shadowRoot = path.join(top, 'shadow');
  fs.mkdirSync(shadowRoot);
  await update(shadowRoot, oneFileWorld());
  const directory = path.join(shadowRoot, '.git-fso/index');
  fs.symlinkSync(secret, path.join(directory, 'link.parquet'));
  const before = listing(top);
  const index = await OpenIndex.open(shadowRoot, 'test');
  try {
    const queries = hostileQueries(secret, target, directory);
    expect(queries.length).toBeGreaterThan(100);
    for (const sql of queries) expect(await answers(index, sql, 20_000), sql).not.toContain('squeamish');
    for (const sql of queries) {
      await copyTyped(index, sql, { timeoutMs: 20_000 }, async (file) => {
        expect(fs.readFileSync(file, 'latin1'), sql).not.toContain('squeamish');
      }).catch((error: unknown) => expect(error, sql).toBeInstanceOf(FsoError));
    }
    // After all of it, the index answers as before.
    expect(await answers(index, 'SELECT count(*) FROM files', 20_000)).toBe('[["2"]]');
  } finally {
    index.close();
  }
  expect(listing(top)).toEqual(before);
  expect(fs.readFileSync(secret, 'utf8')).toBe(`${SECRET}\n`);
}, 300_000);

test('only SELECT is answered', async () => {
  const shadowRoot = tempDir();
  await update(shadowRoot, oneFileWorld());
  const index = await OpenIndex.open(shadowRoot, 'test');
  try {
    const others = ["COPY files TO '/tmp/x'", "ATTACH 'x'", 'INSTALL httpfs', 'SET threads = 1', 'CALL pragma_version()', 'PRAGMA version'];
    for (const sql of [...others, 'DELETE FROM stored.repos']) {
      expect(await answers(index, sql, 20_000), sql).toContain('only SELECT is answered');
    }
    expect(await answers(index, 'SELECT 1; SELECT 2', 20_000)).toContain('2 statements');
    expect(await answers(index, 'WITH a AS (SELECT 1 AS n) SELECT n FROM a;', 20_000)).toBe('[[1]]');
  } finally {
    index.close();
  }
});

test('what takes too long, or too much, is ended', async () => {
  const shadowRoot = tempDir();
  await update(shadowRoot, oneFileWorld());
  const index = await OpenIndex.open(shadowRoot, 'test');
  try {
    for (const sql of GREEDY_QUERIES) expect(await answers(index, sql, 3000), sql).toMatch(/^SQL: /);
    expect(process.memoryUsage().rss).toBeLessThan(3e9);
    expect(await answers(index, 'SELECT count(*) FROM files', 20_000)).toBe('[["2"]]');
  } finally {
    index.close();
  }
}, 300_000);

test('a file of the index that is a link is not followed', async () => {
  const shadowRoot = tempDir();
  await update(shadowRoot, oneFileWorld());
  const directory = path.join(shadowRoot, '.git-fso/index');
  const name = fs.readdirSync(directory).find((each) => each.includes('-versions-')) ?? '';
  const elsewhere = path.join(tempDir(), 'elsewhere');
  fs.renameSync(path.join(directory, name), elsewhere);
  fs.symlinkSync(elsewhere, path.join(directory, name));
  await expect(OpenIndex.open(shadowRoot, 'test')).rejects.toThrow('symbolic link');
});
