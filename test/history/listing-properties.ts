import fc from 'fast-check';
import { expect } from 'vitest';
import { NcduFormat } from '../../src/cli/render/export/ncdu.js';
import type { ListedItem } from '../../src/history/listing/list-parts.js';
import { listParts } from '../../src/history/listing/list-parts.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { isAtOrBelow } from '../../src/util/byte-string.js';
import type { Extent } from './answers-properties.js';
import { BEGIN, DAY, expectSum, partsFor } from './answers-properties.js';
import { leftOutOf, snapshotAt } from './model-answers.js';
import type { ModelEntry, ModelRepo } from './recorded-days.js';
import { daysOf, recordDays } from './recorded-days.js';

/** What the model expects of an item. */
interface Expected {
  readonly kind: ListedItem['kind'];
  readonly path: ByteString;
  readonly size: number;
  readonly files: number;
}

/** An item that is not one of the model's entries has none. */
interface Listed extends Expected {
  readonly sha256: string | null;
}

/** A question: all of the repos, or what is at and below a path. */
interface Question {
  readonly repos: readonly ModelRepo[];
  readonly seconds: number;
  readonly path: ByteString;
}

function filesOf({ kind, text }: ModelEntry): number {
  return kind === 'summary' ? Number(/^files: (\d+)$/m.exec(text)?.[1]) : Number(kind === 'file');
}

const isBelow = (path: ByteString, ancestor: ByteString): boolean => path !== ancestor && isAtOrBelow(path, ancestor);

function entriesAt({ stat }: ModelRepo, seconds: number): ReadonlyMap<ByteString, ModelEntry> | null {
  return stat[snapshotAt(stat, seconds)]?.entries ?? null;
}

/** True if a repo in another one is not asked: it has no more than a sum of what the outer one records. */
function givesWay(inner: ModelRepo, outer: ModelRepo, seconds: number): boolean {
  const isAnswering = leftOutOf([inner], outer, seconds)(inner.realdir);
  return !isAnswering && [...(entriesAt(outer, seconds)?.keys() ?? [])].some((path) => isAtOrBelow(path, inner.realdir));
}

/** What is to be listed of a repo and of those in it. */
function expectedOf(model: ModelRepo, inside: readonly ModelRepo[], seconds: number): Expected[] {
  const entries = entriesAt(model, seconds);
  const others = inside.filter((inner) => !givesWay(inner, model, seconds)).flatMap((inner) => expectedOf(inner, [], seconds));
  if (entries === null) return others;
  const isLeftOut = leftOutOf(inside, model, seconds);
  const own = [...entries].flatMap(([path, entry]): Expected[] => {
    if (path === model.realdir || isLeftOut(path)) return [];
    return [{ kind: entry.kind, path, size: entry.size, files: filesOf(entry) }];
  });
  const whole = entries.get(model.realdir) as ModelEntry;
  const listed = [...others, ...own];
  const rest = {
    kind: model.tracking === 'ignore-most' ? ('summary' as const) : ('rest' as const),
    path: model.realdir,
    size: Math.max(0, whole.size - listed.reduce((sum, { size }) => sum + size, 0)),
    files: Math.max(0, filesOf(whole) - listed.reduce((sum, { files }) => sum + files, 0)),
  };
  return rest.kind === 'rest' && rest.size === 0 && rest.files === 0 ? listed : [...listed, rest];
}

async function listingOf({ repos, seconds, path }: Question): Promise<Listed[]> {
  const found: Listed[] = [];
  const parts = partsFor(repos).flatMap((part) => {
    const { realdir } = part.repo;
    if (path === '' || isAtOrBelow(realdir, path)) return [part];
    return isBelow(path, realdir) ? [{ ...part, path: path.slice(realdir.length + 1) }] : [];
  });
  const onProblem = (_realdir: string, error: Error): never => {
    throw error;
  };
  for await (const items of listParts(parts, { sums: true, seconds, onProblem })) {
    for (const { kind, path: at, size, files, sums } of items) {
      found.push({ kind, path: at, size: Number(size), files: Number(files), sha256: sums?.sha256 ?? null });
    }
  }
  return found;
}

function sorted(items: readonly Expected[]): string[] {
  return items.map(({ kind, path, size, files }) => `${path} ${kind} ${size} ${files}`).sort();
}

/** All that is listed of one directory must be together: ncdu takes each only once. */
function expectTree(items: readonly Listed[]): void {
  const format = new NcduFormat('/', { version: '0', seconds: 0 });
  const texts = items.map((item) => format.item({ ...item, mtime: null, repo: null as never, sums: null, target: null }));
  const text = [format.begin(), ...texts, format.finish()].join('');
  let total = 0;
  const visit = ([, ...entries]: readonly unknown[]): void => {
    const names = entries.flatMap((entry) => (Array.isArray(entry) ? [(entry[0] as { name: string }).name] : []));
    expect(names).toEqual([...new Set(names)]);
    for (const entry of entries) {
      if (Array.isArray(entry)) visit(entry);
      else total += (entry as { asize?: number }).asize ?? 0;
    }
  };
  visit((JSON.parse(text) as readonly unknown[])[3] as readonly unknown[]);
  expect(total).toBe(items.reduce((sum, { size }) => sum + size, 0));
}

/** Compares what is listed at random times with what the model says: paths, sizes, checksums, and that it is a tree. */
export async function checkListing({ days, numRuns }: Extent): Promise<void> {
  const time = fc.integer({ min: 0, max: days * 4 }).map((quarter) => BEGIN + quarter * (DAY / 4));
  const path = fc.constantFrom('', '', '', '/w/out/in', '/w/out/a', '/w/out/in/a', '/w/side/b');
  const asked = fc.array(fc.tuple(time, path), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(daysOf(days).map(recordDays), asked, async (repos, questions) => {
      const recorded = repos.filter(({ stat }) => stat.length > 0);
      const outermost = recorded.filter(({ realdir }) => !recorded.some((other) => isBelow(realdir, other.realdir)));
      for (const [seconds, at] of questions) {
        const items = await listingOf({ repos, seconds, path: at });
        const expected = outermost.flatMap((model) => {
          return expectedOf(model, recorded.filter((inner) => isBelow(inner.realdir, model.realdir)), seconds);
        });
        const isAsked = ({ path: one }: Expected): boolean => at === '' || isAtOrBelow(one, at);
        expect(sorted(items), `at ${seconds} in ${at}`).toEqual(sorted(expected.filter(isAsked)));
        for (const item of items) if (item.kind === 'file') expectListedSum(recorded, item, seconds);
        expectTree(items);
      }
    }),
    // To find a smaller example takes minutes, since each is recorded.
    { numRuns, endOnFailure: true },
  );
}

function expectListedSum(repos: readonly ModelRepo[], { path, sha256 }: Listed, seconds: number): void {
  const above = repos.filter(({ realdir }) => isBelow(path, realdir)).sort((a, b) => b.realdir.length - a.realdir.length);
  const model = above.find((each) => entriesAt(each, seconds)?.has(path) === true) as ModelRepo;
  expectSum(model, path, snapshotAt(model.stat, seconds), sha256);
}
