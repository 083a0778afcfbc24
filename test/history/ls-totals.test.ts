import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StatRow } from '../../src/history/ls.js';
import { listStat } from '../../src/history/ls.js';
import { listWithTotals } from '../../src/history/ls-totals.js';
import { directoryStatRecord, fileStatRecord, treeStatRecord } from '../../src/record/records.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { directoryOf } from '../../src/util/byte-string.js';
import type { RecordedEntries, RecordedEntry } from './recorded-tree.js';
import { RecordedRepository } from './recorded-tree.js';

/** Size, dirs, files, links, others. */
type Sums = readonly [bigint, bigint, bigint, bigint, bigint];
type Leaf = { readonly entry: RecordedEntry; readonly counts: Sums };

const COMMIT = '460621bc552cb53c75ac9e86d37fccf5ced88127';
const size = fc.constantFrom(0n, 5n, 2n ** 53n, 10n ** 18n);
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  size.map((bytes) => ({ entry: fileStatRecord('f', bytes, 7), counts: [bytes, 0n, 1n, 0n, 0n] as const })),
  fc.constant({ entry: 'size: 3\n', counts: [3n, 0n, 1n, 0n, 0n] as const }),
  fc.constant({ entry: { symlink: 'x' }, counts: [0n, 0n, 0n, 1n, 0n] as const }),
  fc.tuple(size, fc.constantFrom(null, COMMIT)).map(([bytes, submodule]) => ({
    entry: treeStatRecord('t', 7, { dirs: 2, files: 3, links: 4, others: 5, size: bytes }, submodule),
    counts: [bytes, 2n, 3n, 4n, 5n] as const,
  })),
);
const name = fc.constantFrom('a', 'a-', 'a.b', 'b', 'b\xff', '\n');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const leaves = fc.uniqueArray(fc.tuple(path, leaf), { selector: ([at]) => at, maxLength: 15 }).map((all) =>
  all.filter(([at]) => !all.some(([other]) => other.startsWith(`${at}/`))),
);

/** The directories that a path is in, without the toplevel. */
function directoriesOf(at: string): string[] {
  const above = at.includes('/') ? directoryOf(at) : '';
  return above === '' ? [] : [above, ...directoriesOf(above)];
}

async function rowsOf(reader: ObjectReader, tree: string, at: string): Promise<StatRow[]> {
  const rows: StatRow[] = [];
  for await (const part of listWithTotals(reader, tree as never, at, () => undefined)) rows.push(...part);
  return rows;
}

test('directories have the sums of what is below, at any depth; all else is as without them', async () => {
  const repository = new RecordedRepository();
  await fc.assert(
    fc.asyncProperty(leaves, async (all) => {
      const directories = [...new Set(all.flatMap(([at]) => directoriesOf(at)))];
      const records: RecordedEntries = {
        ...Object.fromEntries(all.map(([at, { entry }]) => [at, entry])),
        ...Object.fromEntries(directories.map((at) => [`${at}/.nogtree`, directoryStatRecord('d', 7)])),
      };
      const tree = repository.record('master-stat', records);
      const reader = ObjectReader.open(repository.gitDir);
      for (const at of ['', ...directories]) {
        const expected = [...listStat(reader, tree, at)].map((row) => {
          if (!directories.includes(row.path)) return row;
          const below = all.filter(([other]) => other.startsWith(`${row.path}/`)).map(([, { counts }]) => counts);
          const inner = directories.filter((other) => other.startsWith(`${row.path}/`)).map(() => [0n, 1n, 0n, 0n, 0n] as const);
          const add = (a: readonly bigint[], b: readonly bigint[]): readonly bigint[] => a.map((count, index) => count + (b[index] ?? 0n));
          const sums = [...below, ...inner].reduce<readonly bigint[]>(add, [0n, 1n, 0n, 0n, 0n]);
          const [bytes, dirs, files, links, others] = sums.map((sum) => (sum > BigInt(Number.MAX_SAFE_INTEGER) ? sum : Number(sum)));
          return { ...row, size: bytes, dirs, files, links, others };
        });
        expect(await rowsOf(reader, tree, at)).toEqual(expected);
      }
      reader.close();
    }),
    { numRuns: 15 },
  );
});
