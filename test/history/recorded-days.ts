import fc from 'fast-check';
import { readRef, updateRef } from '../../src/git/refs/refs.js';
import { fileShaRecord, fileStatRecord, nameRecord, toplevelStatRecord, treeStatRecord } from '../../src/record/records.js';
import { HASHED_REF } from '../../src/shadow/facets.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { initialStub } from '../../src/shadow/stub/stub-files.js';
import type { SubdirTracking } from '../../src/shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { baseOf, joinPath } from '../../src/util/byte-string.js';
import { WHO } from '../git/repository.js';
import { git } from '../harness/index.js';
import type { RecordedEntries } from './recorded-tree.js';
import { RecordedRepository } from './recorded-tree.js';

/** Realdirs that a world has, and how they are tracked; the second one is in the first. */
const REALDIRS = ['/w/out', '/w/out/in', '/w/side'] as const;
const BEGIN = 1_600_000_000;
const DAY = 86_400;
const HOUR = 3600;
const NANOSECONDS = 1_000_000_000n;
const TRACKINGS: readonly SubdirTracking[] = ['enter-subdirs', 'bundle-subdirs', 'ignore-subdirs', 'ignore-most'];

/** A file or link on the disk of the model. */
interface DiskEntry {
  /** The content, a digit; null for a link. */
  readonly content: number | null;
  readonly size: number;
  readonly mtime: number;
}

type Operation =
  | { readonly kind: 'write'; readonly at: ByteString; readonly content: number }
  | { readonly kind: 'link' | 'touch' | 'delete'; readonly at: ByteString }
  | { readonly kind: 'move'; readonly at: ByteString; readonly to: ByteString };

interface Day {
  readonly operations: readonly Operation[];
  /** Between `stat` and `sha`. */
  readonly meanwhile: readonly Operation[];
  /** By repo, what ran that day. */
  readonly ran: readonly { readonly stat: boolean; readonly sha: boolean }[];
}

const path = fc
  .tuple(fc.constantFrom(...REALDIRS), fc.array(fc.constantFrom('a', 'b', 'd\xff', 'e.x'), { minLength: 1, maxLength: 3 }))
  .map(([realdir, names]) => `${realdir}/${names.join('/')}`);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), at: path, content: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), at: path, to: path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('link' as const, 'touch' as const, 'delete' as const), at: path }) },
);
const run = fc.record({ stat: fc.constantFrom(true, true, true, false), sha: fc.boolean() });

export interface Happenings {
  readonly days: readonly Day[];
  readonly trackings: readonly SubdirTracking[];
}

/** What happens in a world on so many days, and how its repos are tracked. */
export function daysOf(count: number): fc.Arbitrary<Happenings> {
  const day = fc.record({
    operations: fc.array(operation, { maxLength: 8 }),
    meanwhile: fc.array(operation, { maxLength: 1 }),
    ran: fc.tuple(run, run, run),
  });
  const tracking = fc.constantFrom<SubdirTracking>('enter-subdirs', 'enter-subdirs', ...TRACKINGS);
  return fc.record({
    days: fc.array(day, { minLength: count, maxLength: count }),
    trackings: fc.tuple(tracking, tracking, tracking),
  });
}

/** A path as `stat` has recorded it, by what the model knows. */
export interface ModelEntry {
  readonly kind: 'file' | 'link' | 'summary';
  readonly size: number;
  readonly mtime: number | null;
  /** What is compared. */
  readonly text: string;
  /** The content that the file had; null for what is no file. */
  readonly content: number | null;
}

/** What one run has recorded, by absolute path. */
export interface Snapshot<T> {
  readonly seconds: number;
  readonly entries: ReadonlyMap<ByteString, T>;
}

/** What a repo has recorded, by what the model knows. */
export interface ModelRepo {
  readonly realdir: ByteString;
  readonly tracking: SubdirTracking;
  readonly repo: ShadowRepo;
  readonly stat: Snapshot<ModelEntry>[];
  /** Contents by path. */
  readonly sha: Snapshot<DiskEntry>[];
}

export const sha256Of = (content: number): string => String(content).repeat(64);

/** Empty for the content 0, and with one size for several. */
const sizeOf = (content: number): number => (content === 0 ? 0 : 10 + (content % 2));

function apply(disk: Map<ByteString, DiskEntry>, happening: Operation, now: number): void {
  const { kind, at } = happening;
  const known = disk.get(at);
  const isFree = (place: ByteString): boolean =>
    !REALDIRS.some((realdir) => realdir === place) &&
    ![...disk.keys()].some((other) => other.startsWith(`${place}/`) || place.startsWith(`${other}/`));
  if (kind === 'write' && isFree(at)) disk.set(at, { content: happening.content, size: sizeOf(happening.content), mtime: now });
  if (kind === 'link' && isFree(at)) disk.set(at, { content: null, size: 0, mtime: now });
  if (known === undefined) return;
  if (kind === 'touch') disk.set(at, { ...known, mtime: now });
  if (kind === 'delete') disk.delete(at);
  if (kind === 'move' && isFree(happening.to) && !disk.has(happening.to)) {
    disk.delete(at);
    disk.set(happening.to, known);
  }
}

function countsOf(entries: readonly DiskEntry[]): Parameters<typeof treeStatRecord>[2] {
  const files = entries.filter(({ content }) => content !== null);
  const size = BigInt(files.reduce((sum, each) => sum + each.size, 0));
  return { dirs: 1, files: files.length, links: entries.length - files.length, others: 0, size };
}

const summary = (text: string, entries: readonly DiskEntry[]): ModelEntry =>
  ({ kind: 'summary', size: Number(countsOf(entries).size), mtime: 7, text, content: null });

/** What `stat` records of a realdir. */
function statOf({ realdir, tracking }: ModelRepo, disk: ReadonlyMap<ByteString, DiskEntry>): Map<ByteString, ModelEntry> {
  const inside = [...disk].filter(([at]) => at.startsWith(`${realdir}/`));
  const all = inside.map(([, entry]) => entry);
  const top = { mtime: 7, counts: countsOf(all), mtimeMin: 7, mtimeMax: 7, immutable: false, git: null };
  const entries = new Map<ByteString, ModelEntry>([[realdir, summary(toplevelStatRecord(top), all)]]);
  for (const [at, entry] of tracking === 'ignore-most' ? [] : inside) {
    const relative = at.slice(realdir.length + 1);
    const [first = ''] = relative.split('/');
    if (first === relative || tracking === 'enter-subdirs') {
      const { content, size, mtime } = entry;
      const file = { kind: 'file' as const, size, mtime, text: fileStatRecord(baseOf(at), size, mtime), content };
      entries.set(at, content === null ? { kind: 'link', size: 0, mtime: null, text: 'target', content } : file);
    } else if (tracking === 'bundle-subdirs') {
      const bundle = joinPath(realdir, first);
      const within = inside.filter(([other]) => other.startsWith(`${bundle}/`)).map(([, each]) => each);
      entries.set(bundle, summary(treeStatRecord(first, 7, countsOf(within), null), within));
    }
  }
  return entries;
}

function recordedEntries({ realdir, tracking }: ModelRepo, entries: ReadonlyMap<ByteString, ModelEntry>): RecordedEntries {
  const named = [...entries].map(([at, { kind, text }]) => {
    return [at === realdir ? '.nogtree' : at.slice(realdir.length + 1), kind === 'link' ? { symlink: text } : text] as const;
  });
  return { ...Object.fromEntries(named), ...initialStub(tracking) };
}

/** Records what happens in a world, in repositories and in the model. */
export function recordDays(happenings: Happenings): ModelRepo[] {
  let repos: ModelRepo[] = [];
  for (const recorded of recordDaily(happenings)) repos = recorded;
  return repos;
}

/** Like `recordDays`, with the same repos after each day. */
export function* recordDaily({ days, trackings }: Happenings): Generator<ModelRepo[]> {
  const repositories = REALDIRS.map((realdir) => {
    const repository = new RecordedRepository();
    git(['config', 'fso.realdir', realdir], repository.dir);
    return repository;
  });
  const repos = REALDIRS.map((realdir, index): ModelRepo => {
    const repo = ShadowRepo.open(repositories[index]?.dir ?? '');
    return { realdir, tracking: trackings[index] ?? 'enter-subdirs', repo, stat: [], sha: [] };
  });
  const disk = new Map<ByteString, DiskEntry>();
  let clock = BEGIN - 1000 * DAY;
  for (const [day, { operations, meanwhile, ran }] of days.entries()) {
    for (const each of operations) apply(disk, each, ++clock);
    for (const [index, model] of repos.entries()) {
      if (ran[index]?.stat === true) recordStat(model, repositories[index] as RecordedRepository, disk, BEGIN + day * DAY);
    }
    for (const each of meanwhile) apply(disk, each, ++clock);
    for (const [index, model] of repos.entries()) {
      if (ran[index]?.sha === true) recordSha(model, repositories[index] as RecordedRepository, disk, BEGIN + day * DAY + HOUR);
    }
    yield repos;
  }
}

function recordStat(model: ModelRepo, repository: RecordedRepository, disk: ReadonlyMap<ByteString, DiskEntry>, seconds: number): void {
  const entries = statOf(model, disk);
  model.stat.push({ seconds, entries });
  repository.record('master-stat', recordedEntries(model, entries), seconds);
}

function recordSha(model: ModelRepo, repository: RecordedRepository, disk: ReadonlyMap<ByteString, DiskEntry>, seconds: number): void {
  const { realdir } = model;
  const hashed = [...statOf(model, disk)].flatMap(([at, { kind }]) => {
    const entry = disk.get(at);
    return kind === 'file' && entry !== undefined ? [[at, entry] as const] : [];
  });
  model.sha.push({ seconds, entries: new Map(hashed) });
  const records: Record<string, string> = { '.nogtree': nameRecord('root') };
  const seen: Record<string, string> = {};
  for (const [at, { content, size, mtime }] of hashed) {
    const relative = at.slice(realdir.length + 1);
    records[relative] = fileShaRecord(baseOf(at), size, String(content).repeat(40), sha256Of(content ?? 0));
    const list = relative.includes('/') ? `${relative.slice(0, relative.lastIndexOf('/'))}/.nogseen` : '.nogseen';
    seen[list] = `${seen[list] ?? ''}${size} ${BigInt(mtime) * NANOSECONDS} 1 ${baseOf(at)}\0`;
  }
  repository.record('master-sha', records, seconds);
  const bytes = Object.fromEntries(Object.entries(seen).map(([at, text]) => [at, Buffer.from(text, 'latin1')]));
  const [ref, next] = [HASHED_REF, repository.record('hashed', bytes, seconds)];
  updateRef(repository.gitDir, ref, { expected: readRef(repository.gitDir, ref), next, message: 'test', who: WHO });
}
