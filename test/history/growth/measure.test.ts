import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dailyTotals, growthOf } from '../../../src/history/growth/growth.js';
import type { GrowthUnit } from '../../../src/history/growth/groups.js';
import type { Part } from '../../../src/history/places/parts.js';
import { Histories } from '../../../src/history/states/histories.js';
import type { Files, Tracking, WorldRepo } from './growth-world.js';
import { countOf, GrowthWorld, rowOf } from './growth-world.js';

const RUNS = Number(process.env['GIT_FSO_MODEL_RUNS'] ?? 12);
const TIMEOUT = Math.max(60_000, 1000 * RUNS);
const START = 1_600_000_000;
const DAY = 86_400;
const NAMES = ['/p/a', '/p/a/n', '/p/a/n/deep/m', '/p/b', '/q'];

interface Step {
  readonly day: number;
  readonly op: 'write' | 'remove' | 'move';
  readonly from: string;
  readonly to: string;
  readonly size: number;
}

const DAYS = 12;
const file = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('', 's', 's/t', 'n', 'deep'), fc.constantFrom('1', '2')).map((parts) =>
  parts.filter((part) => part !== '').join('/'));
const step = fc.record<Step>({
  day: fc.integer({ min: 0, max: DAYS }),
  op: fc.constantFrom('write', 'write', 'remove', 'move'),
  from: file,
  to: file,
  size: fc.integer({ min: 1, max: 1000 }),
});
const tracking = fc.constantFrom<Tracking>('files', 'bundles', 'sum');
const unit = fc.oneof(
  fc.constant<GrowthUnit>({ by: 'repo' }),
  fc.integer({ min: 1, max: 4 }).map((depth): GrowthUnit => ({ by: 'dir', depth, places: ['/p', '/q'] })),
);

function change(files: Map<string, number>, { op, from, to, size }: Step): void {
  const isInTheWay = (path: string): boolean =>
    [...files.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
  const known = files.get(from);
  if (op === 'write' && !isInTheWay(from)) files.set(from, size);
  if (op === 'remove') files.delete(from);
  if (op === 'move' && known !== undefined && !isInTheWay(to)) {
    files.delete(from);
    files.set(to, known);
  }
}

/** What there was after each day. */
function play(world: GrowthWorld, steps: readonly Step[], begins: ReadonlyMap<string, number>): Files[] {
  const files = new Map(NAMES.map((name) => [`${name}/keep`, 1]));
  const inside = world.repos.map(({ realdir }) => realdir).sort().reverse();
  return Array.from({ length: DAYS + 1 }, (_, day) => {
    for (const one of steps.filter((each) => each.day === day)) change(files, one);
    for (const realdir of inside.filter((name) => (begins.get(name) ?? 0) <= day)) world.record(realdir, files, START + day * DAY);
    return new Map(files);
  });
}

/** Asks about a world, which then is removed. */
async function ask<T>(world: GrowthWorld, action: (parts: Part[], histories: Histories) => Promise<T>): Promise<T> {
  const histories = new Histories();
  try {
    return await action(world.parts(), histories);
  } finally {
    histories.close();
    world.remove();
  }
}

const OPTIONS = {
  now: START + DAYS * DAY + 100,
  bucketsMax: 5,
  yieldTurn: () => undefined,
  onProblem: (_realdir: string, error: Error) => {
    throw error;
  },
};

test('rows and totals are what was there at both times, each byte once, whatever the tracking and the nesting', async () => {
  const arbitrary = fc.record({
    trackings: fc.tuple(tracking, tracking, tracking, tracking, tracking),
    steps: fc.array(step, { maxLength: 40 }),
    since: fc.integer({ min: 0, max: DAYS - 1 }),
    length: fc.integer({ min: 1, max: DAYS }),
    unit,
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ trackings, steps, since, length, unit: by }) => {
      const repos = NAMES.map((realdir, index): WorldRepo => ({ realdir, tracking: trackings[index] ?? 'files' }));
      const world = new GrowthWorld(repos);
      const days = play(world, steps, new Map());
      const until = Math.min(since + length, DAYS);
      const at = { since: START + since * DAY + 50, until: START + until * DAY + 50 };
      const { rows, total } = await ask(world, (parts, histories) => growthOf(parts, { ...OPTIONS, ...at, unit: by, histories }));
      const [before, after] = [days[since], days[until]] as [Files, Files];
      expect([total.before, total.after]).toEqual([countOf(before), countOf(after)]);
      const expected = new Map<string, { before: [string, number][]; after: [string, number][] }>();
      for (const [side, files] of [['before', before], ['after', after]] as const) {
        for (const entry of files) {
          const row = rowOf(entry[0], repos, by) ?? '';
          if (!expected.has(row)) expected.set(row, { before: [], after: [] });
          expected.get(row)?.[side].push(entry);
        }
      }
      for (const { path, before: was, after: is, first } of rows) {
        const { before: some = [], after: others = [] } = expected.get(path) ?? {};
        expect([path, was, is, first]).toEqual([path, countOf(some), countOf(others), countOf([])]);
        expected.delete(path);
      }
      for (const [path, sides] of expected) expect([path, countOf(sides.before)]).toEqual([path, countOf(sides.after)]);
    }),
    { numRuns: RUNS },
  );
}, TIMEOUT);

test('what was observed first is no growth, and the total is what the repos that had begun had, on each day', async () => {
  const arbitrary = fc.record({
    trackings: fc.tuple(tracking, tracking, tracking, tracking, tracking),
    begins: fc.tuple(...NAMES.map(() => fc.integer({ min: 0, max: DAYS }))),
    steps: fc.array(step.map((one): Step => ({ ...one, op: 'write' })), { maxLength: 30 }),
    since: fc.integer({ min: 0, max: DAYS - 1 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ trackings, begins, steps, since }) => {
      const repos = NAMES.map((realdir, index): WorldRepo => ({ realdir, tracking: trackings[index] ?? 'files' }));
      const world = new GrowthWorld(repos);
      const begun = new Map(NAMES.map((name, index) => [name, begins[index] ?? 0]));
      const days = play(world, steps, begun);
      const at = { since: START + since * DAY + 50, until: START + DAYS * DAY + 50 };
      const totals = await ask(world, (parts, histories) => dailyTotals(parts, { ...OPTIONS, ...at, histories }));
      const isTold = (path: string, day: number): boolean =>
        NAMES.some((name) => (begun.get(name) ?? 0) <= day && path.startsWith(`${name}/`));
      const newAt = (day: number) => [...(days[day] ?? [])].filter(([path]) => isTold(path, day) && !isTold(path, day - 1));
      for (const { seconds, amount, first } of totals) {
        const day = Math.floor((seconds - START) / DAY);
        const there = [...(days[day] ?? [])].filter(([path]) => isTold(path, day));
        const news = days.flatMap((_files, earlier) => (earlier > since && earlier <= day ? newAt(earlier) : []));
        expect([day, amount, first]).toEqual([day, countOf(there), countOf(news)]);
      }
    }),
    { numRuns: RUNS },
  );
}, TIMEOUT);

const single = (realdir: string): WorldRepo => ({ realdir, tracking: 'files' });

test('what moved to a repo that is new is not newly observed, though it came and went in the period', async () => {
  const world = new GrowthWorld([single('/p/a'), single('/p/b')]);
  world.record('/p/a', new Map([['/p/a/x', 70], ['/p/a/y', 5]]), START);
  world.record('/p/a', new Map([['/p/a/x', 70], ['/p/a/y', 5], ['/p/a/z', 300]]), START + 2 * DAY);
  const later = new Map([['/p/a/y', 5], ['/p/b/x', 70], ['/p/b/z', 300], ['/p/b/other', 9]]);
  for (const realdir of ['/p/a', '/p/b']) world.record(realdir, later, START + 4 * DAY);
  const at = { since: START + 1, until: START + 6 * DAY };
  const { total, rows } = await ask(world, (parts, histories) => growthOf(parts, { ...OPTIONS, ...at, unit: { by: 'repo' }, histories }));
  expect(total).toMatchObject({ before: { size: 75n }, after: { size: 384n }, first: { files: 1n, size: 9n } });
  expect(rows.map(({ path, first }) => [path, first.size])).toEqual([['/p/b', 9n], ['/p/a', 0n]]);
});

test('what is deleted later from a repo that is new was newly observed there', async () => {
  const world = new GrowthWorld([single('/p/a'), single('/p/b'), single('/p/c')]);
  world.record('/p/a', new Map([['/p/a/x', 1]]), START);
  const copies = new Map([['/p/b/x', 70], ['/p/c/x', 70]]);
  world.record('/p/b', copies, START + 2 * DAY);
  world.record('/p/c', copies, START + 2 * DAY);
  world.record('/p/c', new Map(), START + 4 * DAY);
  const at = { since: START + 1, until: START + 6 * DAY };
  const { total } = await ask(world, (parts, histories) => growthOf(parts, { ...OPTIONS, ...at, unit: { by: 'repo' }, histories }));
  expect(total).toMatchObject({ before: { size: 1n }, after: { size: 71n }, first: { size: 140n } });
});

test('a toplevel that was not summed up for long is corrected by what changed since', async () => {
  const world = new GrowthWorld([single('/p/a')]);
  const files = new Map([['/p/a/d/x', 70]]);
  world.record('/p/a', files, START);
  world.record('/p/a', new Map([...files, ['/p/a/d/y', 30]]), START + DAY, false);
  world.record('/p/a', new Map([...files, ['/p/a/d/y', 10]]), START + 3 * DAY, false);
  const at = { since: START + 1, until: START + 4 * DAY };
  const totals = await ask(world, (parts, histories) => dailyTotals(parts, { ...OPTIONS, ...at, histories }));
  expect([...new Set(totals.map(({ amount }) => amount.size))]).toEqual([70n, 100n, 80n]);
});

test.each([
  ['came into being with its repo grew there', false, [['/p/a', 0n, 50n]]],
  ['was there before its repo has not grown', true, []],
])('below a repo that records nothing but a sum, what %s', async (_what, wasThere, expected) => {
  const world = new GrowthWorld([{ realdir: '/p', tracking: 'sum' }, single('/p/a')]);
  const files = new Map([['/p/loose', 7], ['/p/a/x', 50]]);
  world.record('/p', wasThere ? files : new Map([['/p/loose', 7]]), START);
  for (const realdir of ['/p/a', '/p']) world.record(realdir, files, START + DAY);
  const at = { since: START + 1, until: START + 2 * DAY };
  const { total, rows } = await ask(world, (parts, histories) => growthOf(parts, { ...OPTIONS, ...at, unit: { by: 'repo' }, histories }));
  expect(rows.map(({ path, before, after }) => [path, before.size, after.size])).toEqual(expected);
  expect(total).toMatchObject({ before: { size: wasThere ? 57n : 7n }, after: { size: 57n }, first: { size: 0n } });
});

test('what grew or shrank most comes first, what was only newly observed last', async () => {
  const world = new GrowthWorld(['/p/a', '/p/b', '/p/c', '/p/d'].map(single));
  const record = (days: number, files: Record<string, number>): void => {
    for (const [name, size] of Object.entries(files)) world.record(name, new Map([[`${name}/x`, size]]), START + days * DAY);
  };
  record(0, { '/p/a': 100, '/p/b': 500, '/p/d': 7 });
  record(2, { '/p/a': 300, '/p/b': 200, '/p/c': 9000 });
  const at = { since: START + 1, until: START + 4 * DAY };
  const { rows } = await ask(world, (parts, histories) => growthOf(parts, { ...OPTIONS, ...at, unit: { by: 'repo' }, histories }));
  expect(rows.map(({ path }) => path)).toEqual(['/p/b', '/p/a', '/p/c']);
});

test('a repo that cannot be read is told of once, and those in it and beside it are measured', async () => {
  const world = new GrowthWorld(['/p/a', '/p/a/n', '/p/b'].map(single));
  for (const [days, size] of [[0, 100], [2, 300]] as const) {
    for (const name of ['/p/a/n', '/p/a', '/p/b']) world.record(name, new Map([[`${name}/x`, size]]), START + days * DAY);
  }
  const problems: string[] = [];
  const at = { since: START + 1, until: START + 4 * DAY, onProblem: (realdir: string) => void problems.push(realdir) };
  const { rows } = await ask(world, (parts, histories) => {
    rmSync(`${parts[0]?.repo.gitDir ?? ''}/objects`, { recursive: true });
    return growthOf(parts, { ...OPTIONS, ...at, unit: { by: 'repo' }, histories });
  });
  expect([rows.map(({ path }) => path), problems]).toEqual([['/p/a/n', '/p/b'], ['/p/a']]);
});
