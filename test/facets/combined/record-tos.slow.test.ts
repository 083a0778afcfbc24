import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordTos } from '../../../src/facets/combined/record-tos.js';
import { git, readBranchTree } from '../../harness/index.js';
import { commitByHand, makeWorld, OPTIONS } from '../world.js';
import type { World } from '../world.js';

const SOURCES = ['stat', 'sha', 'content'] as const;

const tos = (world: World) => recordTos(world.repo, OPTIONS);

/** Path and blob id of everything on a branch. */
function listing({ shadow }: World, branch: string): Map<string, string> {
  return new Map([...readBranchTree(shadow, branch)].map(([name, { mode, oid }]) => [name, `${mode} ${oid}`]));
}

/** What `master-tos` has to contain, path by path. */
function expected(world: World): Map<string, string> {
  const combined = new Map<string, string>();
  for (const source of SOURCES) {
    for (const [name, entry] of listing(world, `master-${source}`)) {
      if (!/(^|\/)\.gitignore$/.test(name)) combined.set(`${name}.__${source}`, entry);
      else if (source === 'stat') combined.set(name, entry);
    }
  }
  return new Map([...combined].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function actual(world: World): Map<string, string> {
  return new Map([...listing(world, 'master-tos')].sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('after any changes each record stands at its path, whether combined in steps or at once', async () => {
  const world = await makeWorld({});
  const name = fc.constantFrom('a', 'b', 'a.b', '.gitignore', '.gitattributes', '.nogtree');
  const file = fc
    .tuple(fc.array(fc.constantFrom('d', 'e', 'd.x'), { maxLength: 2 }), name)
    .map(([dirs, last]) => [...dirs, last].join('/'));
  const step = fc.record({ source: fc.constantFrom(...SOURCES), file, text: fc.option(fc.constantFrom('1\n', '2\n')) });
  const steps = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(steps, async (runs) => {
      for (const run of runs) {
        for (const source of SOURCES) {
          const files = Object.fromEntries(run.filter((one) => one.source === source).map((one) => [one.file, one.text]));
          if (Object.keys(files).length > 0) commitByHand(world, `master-${source}`, files);
        }
        await tos(world);
        expect(actual(world)).toEqual(expected(world));
      }
      const inSteps = git(['rev-parse', 'master-tos^{tree}'], world.shadow);
      git(['update-ref', 'refs/heads/master-tos', 'master-stub'], world.shadow);
      await tos(world);
      expect(git(['rev-parse', 'master-tos^{tree}'], world.shadow)).toBe(inSteps);
    }),
    { numRuns: 6 },
  );
  expect(git(['fsck', '--strict', '--no-dangling'], world.shadow)).toBe('');
});

test('directories in which nothing changed are not written again', async () => {
  const world = await makeWorld({});
  const names = Array.from({ length: 60 }, (_value, index) => `d${index}/f`);
  commitByHand(world, 'master-stat', Object.fromEntries(names.map((name) => [name, `${name}\n`])));
  await tos(world);
  commitByHand(world, 'master-stat', { 'd7/f': 'changed\n' });
  const count = (): number => Number(/in-pack: (\d+)/.exec(git(['count-objects', '-v'], world.shadow))?.[1])
    + Number(/^count: (\d+)/.exec(git(['count-objects', '-v'], world.shadow))?.[1]);
  const before = count();
  await tos(world);
  // The commit, the tree at the top and that of d7.
  expect(count() - before).toBe(3);
});

test('a directory wins over the record of a file that would get its name', async () => {
  const world = await makeWorld({});
  commitByHand(world, 'master-stat', { a: 'file\n', 'a.__stat/x': 'x\n' });
  const { warnings } = await tos(world);
  expect(warnings.map(({ path }) => path)).toEqual(['a.__stat']);
  expect([...actual(world).keys()]).toContain('a.__stat/x.__stat');
  expect(git(['fsck', '--strict'], world.shadow)).toBe('');
});

test('fails while nothing was recorded for content', async () => {
  const world = await makeWorld({});
  git(['branch', '-D', 'master-content'], world.shadow);
  await expect(tos(world)).rejects.toThrow(/master-content does not exist/);
});
