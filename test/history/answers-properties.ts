import fc from 'fast-check';
import { expect } from 'vitest';
import type { Change } from '../../src/history/changes/compare-parts.js';
import { compareParts } from '../../src/history/changes/compare-parts.js';
import type { LogEntry } from '../../src/history/changes/log.js';
import { logOf } from '../../src/history/changes/log.js';
import { withLogMoves } from '../../src/history/changes/log-moves.js';
import type { Part } from '../../src/history/places/parts.js';
import { Histories } from '../../src/history/states/histories.js';
import { baseOf } from '../../src/util/byte-string.js';
import type { ModelChange } from './model-answers.js';
import { changesBetween, checksumsFor, leftOutOf, snapshotAt } from './model-answers.js';
import type { ModelRepo } from './recorded-days.js';
import { daysOf, recordDays } from './recorded-days.js';

export const BEGIN = 1_600_000_000;
export const DAY = 86_400;

/** How many worlds, and days in each. */
export interface Extent {
  readonly days: number;
  readonly numRuns: number;
}

export const partsFor = (repos: readonly ModelRepo[]): Part[] => {
  const recorded = repos.filter(({ stat }) => stat.length > 0);
  return recorded.map(({ repo, realdir }) => {
    return { repo, path: '', nested: recorded.filter((other) => other.realdir.startsWith(`${realdir}/`)).map((other) => other.repo) };
  });
};

const common = (histories: Histories) => ({
  histories,
  onProblem: (_realdir: string, error: Error) => {
    throw error;
  },
  yieldTurn: () => undefined,
});

interface Compared {
  readonly since: number;
  readonly until: number;
  readonly repos: readonly ModelRepo[];
}

async function compared({ since, until, repos }: Compared, findsMoves: boolean): Promise<Change[]> {
  const histories = new Histories();
  try {
    return await compareParts(partsFor(repos), { since, until, wantsSums: true, findsMoves, ...common(histories) });
  } finally {
    histories.close();
  }
}

const keyOf = ({ change, path, first }: Pick<Change, 'change' | 'path' | 'first'>): string => `${change} ${path} ${first}`;
const shapeOf = (one: Change | ModelChange | LogEntry) => {
  const side = (stat: ModelChange['before'] | Change['before']) => stat && [stat.kind, Number(stat.size), stat.mtime];
  return [keyOf(one), side(one.before), side(one.after)];
};
const sorted = (all: readonly (Change | ModelChange | LogEntry)[]) =>
  all.map(shapeOf).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

export function expectSum(model: ModelRepo, path: string, index: number, sum: string | null): void {
  const { rule, truth } = checksumsFor(model, path, index);
  expect([rule, truth], `${path} at ${index}`).toContain(sum);
  if (rule !== null) expect(sum, `${path} at ${index}`).not.toBeNull();
}

/** That what has moved was one file, and that no other pair is left that could be one move. */
function expectMoves(changes: readonly Change[]): void {
  const isEmpty = ({ before, after }: Change): boolean => Number((after ?? before)?.size) === 0;
  for (const { change, kind, before, after, from, path, sha256Before, sha256After } of changes) {
    if (change !== 'moved') continue;
    const isSameSum = kind === 'file' && sha256Before !== null && sha256Before === sha256After && Number(after?.size) > 0;
    const isUnknown = sha256Before === null || sha256After === null || Number(after?.size) === 0 || kind !== 'file';
    const isAlike = baseOf(from ?? '') === baseOf(path) && before?.size === after?.size && before?.mtime === after?.mtime;
    expect(isSameSum || (isUnknown && isAlike), `${from} → ${path}`).toBe(true);
  }
  const sums = (kind: Change['change']): Set<string> =>
    new Set(changes.filter((one) => one.change === kind && !isEmpty(one)).flatMap((one) => one.sha256Before ?? one.sha256After ?? []));
  const deleted = sums('deleted');
  expect([...sums('added')].filter((sum) => deleted.has(sum))).toEqual([]);
}

/** Compares times with what the model says: changes, checksums, and that moves are what it is without them. */
export async function checkDiff({ days, numRuns }: Extent): Promise<void> {
  const world = daysOf(days).map(recordDays);
  const time = fc.integer({ min: 0, max: days * 4 }).map((quarter) => BEGIN + quarter * (DAY / 4));
  await fc.assert(
    fc.asyncProperty(world, fc.array(fc.tuple(time, time), { minLength: 3, maxLength: 3 }), async (repos, times) => {
      for (const [one, other] of times) {
        const question = { since: Math.min(one, other), until: Math.max(one, other), repos };
        const expected = repos.flatMap((model) => {
          const [before, after] = [snapshotAt(model.stat, question.since), snapshotAt(model.stat, question.until)];
          return after < 0 ? [] : changesBetween(model, before, after, leftOutOf(repos, model, question.since));
        });
        const plain = await compared(question, false);
        expect(sorted(plain)).toEqual(sorted(expected));
        for (const { repo, path, before, after, sha256Before, sha256After } of plain) {
          const model = repos.find(({ realdir }) => realdir === repo.realdir) as ModelRepo;
          if (before?.kind === 'file') expectSum(model, path, snapshotAt(model.stat, question.since), sha256Before);
          if (after?.kind === 'file') expectSum(model, path, snapshotAt(model.stat, question.until), sha256After);
        }
        const moved = await compared(question, true);
        expectMoves(moved);
        const undone = moved.flatMap(({ change, path, from }) =>
          change === 'moved' ? [`deleted ${from}`, `added ${path}`] : [`${change} ${path}`]);
        expect(undone.sort()).toEqual(plain.map(({ change, path }) => `${change} ${path}`).sort());
      }
    }),
    { numRuns },
  );
}

/** Compares the whole log with what the model says: changes, checksums, order, and the ends of moves. */
export async function checkLog({ days, numRuns }: Extent): Promise<void> {
  const world = daysOf(days).map(recordDays);
  await fc.assert(
    fc.asyncProperty(world, async (repos) => {
      const histories = new Histories();
      const entries: LogEntry[] = [];
      const times = { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
      for await (const entry of logOf(partsFor(repos), { ...times, ...common(histories) })) entries.push(entry);
      const expected = repos.flatMap((model) =>
        model.stat.flatMap(({ seconds }, index) => {
          const begin = model.stat[Math.max(index - 1, 0)]?.seconds ?? seconds;
          return changesBetween(model, index - 1, index, leftOutOf(repos, model, begin)).map((change) => ({ ...change, seconds }));
        }),
      );
      const withTime = (all: readonly (LogEntry | (ModelChange & { readonly seconds: number }))[]): string[] =>
        all.map((one) => JSON.stringify([one.seconds, ...shapeOf(one)])).sort();
      expect(withTime(entries)).toEqual(withTime(expected));
      expect(entries.map(({ seconds }) => seconds)).toEqual(entries.map(({ seconds }) => seconds).sort((a, b) => b - a));
      for (const { change, kind, path, realdir, seconds, ...entry } of entries) {
        const model = repos.find((each) => each.realdir === realdir) as ModelRepo;
        const index = model.stat.findIndex((each) => each.seconds === seconds);
        if (kind === 'file') expectSum(model, path, change === 'deleted' ? index - 1 : index, entry.sums()?.sha256 ?? null);
      }
      const moved = withLogMoves(entries, []).filter(({ change }) => change === 'moved');
      for (const { from, path, seconds, sums } of moved) {
        const gone = entries.filter((one) => one.change === 'deleted' && one.path === from && Math.abs(one.seconds - seconds) <= 7 * DAY);
        expect(gone.map((one) => one.sums()?.sha256), `${from} → ${path}`).toContain(sums()?.sha256);
      }
      histories.close();
    }),
    { numRuns },
  );
}
