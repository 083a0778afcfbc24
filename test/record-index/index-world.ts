import { expect } from 'vitest';
import { updateIndex } from '../../src/record-index/update/update-index.js';
import type { JoinAt, UpdateResult } from '../../src/record-index/update/update-index.js';
import { OpenIndex } from '../../src/record-index/tables/open-index.js';
import { Ground } from '../../src/history/places/ground.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { plainTextOfBytes } from '../../src/util/byte-string.js';
import { changesBetween, leftOutOf, snapshotAt } from '../history/model-answers.js';
import { expectSum } from '../history/answers-properties.js';
import type { ModelRepo } from '../history/recorded-days.js';

/** Where an index of some repos is, which need not be below the shadow root. */
function groundOf(shadowRoot: ByteString, repos: readonly ModelRepo[]): Ground {
  const ground = new Ground({ root: shadowRoot, trimHostRoot: '' }, [{ path: '/w' }]);
  Object.assign(ground, {
    // What was learnt of a repo object before is not to be used again.
    *reposBelow() {
      for (const { repo } of repos) yield ShadowRepo.open(repo.directory);
    },
  });
  return ground;
}

/** Brings the index up to date. */
export function update(shadowRoot: ByteString, repos: readonly ModelRepo[], joinAt?: JoinAt): Promise<UpdateResult> {
  return updateIndex(groundOf(shadowRoot, repos), {
    waitMs: 60_000,
    command: 'test',
    yieldTurn: () => undefined,
    onProblem: (_realdir, error) => {
      throw error;
    },
    ...(joinAt === undefined ? {} : { joinAt }),
  });
}

interface ModelState {
  readonly path: ByteString;
  readonly kind: string;
  readonly size: number;
  readonly mtime: number | null;
  readonly from: number;
  readonly to: number | null;
  readonly index: number;
}

/** Each state of each path, by the model. */
function statesOf(model: ModelRepo): ModelState[] {
  const states: ModelState[] = [];
  const open = new Map<ByteString, { from: number; text: string; index: number }>();
  const end = (path: ByteString, to: number | null): void => {
    const state = open.get(path);
    if (state === undefined) return;
    const entry = model.stat[state.index]?.entries.get(path);
    if (entry === undefined) return;
    const kind = path === model.realdir ? 'toplevel' : entry.kind === 'summary' ? 'bundle' : entry.kind;
    states.push({ path, kind, size: entry.size, mtime: entry.mtime, from: state.from, to, index: state.index });
    open.delete(path);
  };
  for (const [index, { seconds, entries }] of model.stat.entries()) {
    for (const [path, { text }] of open) if (entries.get(path)?.text !== text) end(path, seconds);
    for (const [path, { text }] of entries) if (!open.has(path)) open.set(path, { from: seconds, text, index });
  }
  for (const path of open.keys()) end(path, null);
  return states;
}

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
const number = (value: unknown): number | null => (value === null ? null : Number(value));
const bytesOf = (row: Record<string, unknown>): ByteString => {
  const blob = row['path_bytes'] as { readonly bytes: Uint8Array } | null;
  return blob === null ? Buffer.from(String(row['path']), 'utf8').toString('latin1') : Buffer.from(blob.bytes).toString('latin1');
};
const sorted = (rows: readonly unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

/** Compares all tables with the model. @param times to ask `files_at` about, in seconds since 1970 */
export async function expectIndex(shadowRoot: ByteString, repos: readonly ModelRepo[], times: readonly number[]): Promise<void> {
  const index = await OpenIndex.open(shadowRoot, 'test');
  const all = async (sql: string): Promise<Record<string, unknown>[]> => (await index.connection.runAndReadAll(sql)).getRowObjects();
  try {
    const versions = await all('SELECT * FROM versions');
    const shape = (row: Record<string, unknown>): unknown[] => [
      row['realdir'], bytesOf(row), row['kind'], number(row['size']), number(row['mtime_s']), String(row['valid_from']),
      row['valid_to'] === null ? null : String(row['valid_to']),
    ];
    const expected = repos.flatMap((model) => statesOf(model).map((state) => ({ model, state })));
    const shapeOf = ({ model, state }: (typeof expected)[number]): unknown[] => [
      model.realdir, state.path, state.kind, state.size, state.mtime, time(state.from), state.to === null ? null : time(state.to),
    ];
    expect(sorted(versions.map(shape))).toEqual(sorted(expected.map(shapeOf)));
    for (const row of versions) {
      expect(row['path']).toBe(plainTextOfBytes(bytesOf(row)));
      if (row['kind'] !== 'file') expect(row['sha256']).toBeNull();
      const found = expected.find((each) => JSON.stringify(shapeOf(each)) === JSON.stringify(shape(row)));
      if (row['kind'] === 'file' && found !== undefined) {
        expectSum(found.model, found.state.path, found.state.index, row['sha256'] as string | null);
      }
    }
    const changes = await all('SELECT * FROM changes');
    const expectedChanges = repos.flatMap((model) => model.stat.flatMap(({ seconds }, at) =>
      changesBetween(model, at - 1, at, () => false).map(({ change, path, before, after }) => {
        return [model.realdir, time(seconds), path, change, before?.size ?? null, after?.size ?? null, at === 0];
      })));
    const changeShape = (row: Record<string, unknown>): unknown[] => [
      row['realdir'], String(row['time']), bytesOf(row), row['change'], number(row['size_before']), number(row['size_after']), row['first'],
    ];
    expect(sorted(changes.map(changeShape))).toEqual(sorted(expectedChanges));
    for (const seconds of times) await expectAt(all, repos, seconds);
    const runs = await all(
      'SELECT realdir, facet, count(*) AS n, sum(added + modified + deleted) AS paths FROM runs JOIN repos USING (repo) GROUP BY ALL',
    );
    const expectedRuns = repos.flatMap((model) => {
      const paths = model.stat.reduce((sum, _snapshot, at) => sum + changesBetween(model, at - 1, at, () => false).length, 0);
      return [
        ...(model.stat.length === 0 ? [] : [[model.realdir, 'stat', model.stat.length, paths]]),
        ...(model.sha.length === 0 ? [] : [[model.realdir, 'sha', model.sha.length, null]]),
      ];
    });
    const runShape = (row: Record<string, unknown>): unknown[] => {
      return [row['realdir'], row['facet'], number(row['n']), row['facet'] === 'sha' ? null : number(row['paths'])];
    };
    expect(sorted(runs.map(runShape))).toEqual(sorted(expectedRuns));
  } finally {
    index.close();
  }
}

/** Compares what `files_at` says of one time, and what of it counts. */
async function expectAt(
  all: (sql: string) => Promise<Record<string, unknown>[]>,
  repos: readonly ModelRepo[],
  seconds: number,
): Promise<void> {
  const found = await all(`SELECT * FROM files_at(make_timestamp(${seconds}::BIGINT * 1000000))`);
  const expected = repos.flatMap((model) => {
    const entries = model.stat[snapshotAt(model.stat, seconds)]?.entries ?? new Map();
    return [...entries].map(([path, { size }]) => [model.realdir, path, size]);
  });
  expect(sorted(found.map((row) => [row['realdir'], bytesOf(row), number(row['size'])]))).toEqual(sorted(expected));
  const counted = found.filter((row) => row['counted'] === true && (row['kind'] === 'file' || row['kind'] === 'link'));
  const answered = repos.flatMap((model) => {
    if (model.tracking === 'ignore-most') return [];
    const isLeftOut = leftOutOf(repos, model, seconds);
    const entries = model.stat[snapshotAt(model.stat, seconds)]?.entries ?? new Map();
    return [...entries].flatMap(([path, { kind }]) => (kind === 'summary' || isLeftOut(path) ? [] : [[model.realdir, path]]));
  });
  expect(sorted(counted.map((row) => [row['realdir'], bytesOf(row)])), `counted at ${seconds}`).toEqual(sorted(answered));
}
