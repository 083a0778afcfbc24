import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hashedLook } from '../../../../src/facets/sha/hashed-look.js';
import type { ReadContext } from '../../../../src/facets/verify/reading/read-files.js';
import { FileReader, ReadResults } from '../../../../src/facets/verify/reading/read-files.js';
import { ReadOrder } from '../../../../src/facets/verify/reading/read-order.js';
import { hashObject } from '../../../../src/git/objects/object-id.js';
import type { ObjectReader } from '../../../../src/git/objects/object-reader.js';
import type { HashPool } from '../../../../src/realdir/hash/hash-pool.js';
import type { HashResult } from '../../../../src/realdir/hash/hash-file.js';
import { BY_HAND } from '../../../../src/realdir/reach/reach.js';
import { lstatPrecise } from '../../../../src/realdir/stat/lstat.js';
import { DirectoryCursor } from '../../../../src/realdir/walk/directory-cursor.js';
import { fileShaRecord } from '../../../../src/record/records.js';
import { tempDir } from '../../../harness/index.js';

const sums = (text: string) => ({
  stable: true as const,
  sha1: createHash('sha1').update(text).digest('hex'),
  sha256: createHash('sha256').update(text).digest('hex'),
  bytes: text.length,
});

const RIGHT = sums('right');
const WRONG = sums('wrong');
const EIO = Object.assign(new Error("EIO: i/o error, read 'f'"), { code: 'EIO' });

type Answer = HashResult | Error | (() => HashResult);

/** Reads a file that is recorded, first and, if need be, a second time, where reading gives what is said. */
async function read(...answers: readonly Answer[]): Promise<{ results: ReadResults; order: ReadOrder; told: string[]; file: string }> {
  const directory = tempDir();
  const file = path.join(directory, 'f');
  fs.writeFileSync(file, 'right');
  const cursor = DirectoryCursor.open(directory, BY_HAND);
  if (cursor === null) throw new Error('there is no directory');
  onTestFinished(() => cursor.close());
  const left = [...answers];
  const pool = {
    ready: () => undefined,
    hash: async () => {
      const answer = left.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('read too often');
      return typeof answer === 'function' ? answer() : answer;
    },
  };
  const record = Buffer.from(fileShaRecord('f', 5, RIGHT.sha1, RIGHT.sha256));
  const [order, results, told]: [ReadOrder, ReadResults, string[]] = [new ReadOrder({ from: '', until: null }), new ReadResults(), []];
  const context = {
    cursor,
    reader: { readBlob: () => record } as unknown as ObjectReader,
    pool: pool as unknown as HashPool,
    order,
    results,
    events: {
      onChange: () => undefined,
      onVisited: () => undefined,
      onProblem: (at: string) => told.push(`problem ${at}`),
      onWarning: (at: string) => told.push(`warning ${at}`),
    },
    trace: null,
    signal: undefined,
  } satisfies ReadContext;
  const stat = lstatPrecise(file);
  if (stat === null) throw new Error('there is no file');
  const reader = new FileReader(context);
  const recorded = { path: 'f', name: 'f', record: hashObject('blob', record), look: hashedLook(stat, stat.ctimeNs * 2n), finding: null };
  world.file = file;
  await reader.read(recorded, stat, file, false, order.file('f', 5));
  await reader.readAgain();
  expect(left).toEqual([]);
  return { results, order, told, file };
}

/** The file of the reading that goes on. */
const world = { file: '' };

it('a file that is right is read once', async () => {
  const { results, order } = await read(RIGHT);
  expect(results).toMatchObject({ intact: 1, changed: 0, unreadable: 0, confirmed: [] });
  expect(order.result(true)).toEqual({ segments: [{ from: '', until: null, files: 1, bytes: 5 }], edge: null });
});

it('a file that is wrong twice is one', async () => {
  const { results, order } = await read(WRONG, WRONG);
  expect(results.confirmed).toMatchObject([{ found: WRONG.sha256, sha256: RIGHT.sha256 }]);
  expect(order.result(true).segments).toHaveLength(1);
});

it('a file that is right the second time is intact, which is worth a warning', async () => {
  const { results, told } = await read(WRONG, RIGHT);
  expect(results).toMatchObject({ intact: 1, confirmed: [] });
  expect(told).toEqual(['warning f']);
});

it.each<[string, readonly Answer[], Partial<ReadResults>]>([
  ['cannot be read', [EIO], { unreadable: 1 }],
  ['cannot be read the second time', [WRONG, EIO], { unreadable: 1 }],
  ['changes while it is read', [{ stable: false }], { changed: 1 }],
  ['changes while it is read the second time', [WRONG, { stable: false }], { changed: 1 }],
  [
    'has another mode after the second reading',
    [
      WRONG,
      () => {
        fs.chmodSync(world.file, 0o600);
        return WRONG;
      },
    ],
    { changed: 1 },
  ],
  [
    'is gone before the second reading',
    [
      () => {
        fs.rmSync(world.file);
        return WRONG;
      },
    ],
    { changed: 1 },
  ],
])('a file that %s is not corrupt', async (_what, answers, expected) => {
  const { results, order } = await read(...answers);
  expect(results).toMatchObject({ intact: 0, confirmed: [], ...expected });
  // It was not read.
  expect(order.result(true).segments).toEqual([]);
});
