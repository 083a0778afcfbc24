import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { oidFromHex } from '../../git/objects/object-id.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';
import { entriesAt } from '../../history/states/listed-entries.js';
import type { RepoState } from '../../history/states/repo-history.js';
import { RepoHistory } from '../../history/states/repo-history.js';
import { NOGTREE } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, joinPath } from '../../util/byte-string.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { EntryAt } from '../../history/states/record-reader.js';
import type { KnownRepo } from '../files/manifest.js';
import type { RecordChange, RunContext } from '../gather/branch-changes.js';
import { changesAlong, countRuns, rehashed } from '../gather/branch-changes.js';
import type { Nesting } from '../gather/nesting.js';
import type { BranchNews, RepoNews } from '../gather/repo-news.js';
import type { Opened } from '../gather/write-versions.js';
import { VersionWriter } from '../gather/write-versions.js';
import type { RunRow, VersionRow } from '../tables/stored-rows.js';
import type { FoundState } from './workbench.js';

/** Where rows go. */
export interface RowSink {
  addVersion(row: VersionRow): void;
  addRun(row: RunRow): void;
}

/** What is new in a repo of which the index has the rest. */
export interface RepoChanges {
  readonly news: RepoNews;
  readonly changes: readonly RecordChange[];
  /** Relative to the realdir: those that got another record, and those whose checksum may be another one. */
  readonly touched: readonly ByteString[];
  readonly runs: readonly RunRow[];
}

/** The absolute path of a record. */
export function wholePath(realdir: ByteString, path: ByteString): ByteString {
  return path === NOGTREE ? realdir : joinPath(realdir, path);
}

/** Writes all that a repo has recorded at any time. @throws FsoError if it cannot be read */
export async function indexWhole(news: RepoNews, nesting: Nesting, sink: RowSink): Promise<void> {
  const { repo, next, branches, tree } = news;
  if (branches === null) throw new RangeError('not read');
  const history = new RepoHistory(repo);
  const { reader } = history;
  const target = { id: next.id, history, nesting, add: (row: VersionRow) => sink.addVersion(row) };
  const [first] = branches.stat.commits;
  const writer = new VersionWriter(target, new Map(), first === undefined ? null : { from: first.seconds, sizeBefore: null });
  try {
    await writer.end(changesAlong(reader, { tree: null, commits: 0 }, branches.stat.commits, runsOf(next, 'stat', sink)));
    countRuns(reader, { tree: null, commits: 0 }, branches.sha.commits, runsOf(next, 'sha', sink));
    if (tree !== null) await writer.current(entriesAt(history, stateOf(tree), '', () => true), tree);
  } finally {
    await writer.close();
    history.close();
  }
}

/** Reads what is new in a repo. @throws FsoError if it cannot be read */
export function readChanges(news: RepoNews): RepoChanges {
  const { repo, next, before, branches } = news;
  if (branches === null || before === null) throw new RangeError('nothing is new');
  const history = new RepoHistory(repo);
  const { reader } = history;
  const runs: RunRow[] = [];
  const sink = { addRun: (row: RunRow) => void runs.push(row) };
  try {
    const changes = [...changesAlong(reader, startOf(branches.stat), branches.stat.commits, runsOf(next, 'stat', sink))];
    countRuns(reader, startOf(branches.sha), branches.sha.commits, runsOf(next, 'sha', sink));
    const sha = { before: oidOf(branches.sha.known?.tree ?? null), after: oidOf(next.sha?.tree ?? null) };
    const hashed = { before: oidOf(before.hashed), after: oidOf(next.hashed) };
    const touched = new Set(changes.map(({ path }) => path));
    for (const path of rehashed(reader, sha, hashed)) touched.add(path);
    return { news, changes, touched: [...touched], runs };
  } finally {
    history.close();
  }
}

/**
 * Writes rows for what is new in a repo.
 * @param found what the index has of the touched paths, in their order
 * @returns false, and has written nothing, if that is not what was recorded: the index was damaged
 * @throws FsoError if it cannot be read
 */
export async function indexChanges(
  { news, changes, touched, runs }: RepoChanges,
  found: readonly (FoundState | null)[],
  nesting: Nesting,
  sink: RowSink,
): Promise<boolean> {
  const { repo, next, tree } = news;
  const opened = new Map<ByteString, Opened>();
  for (const [index, path] of touched.entries()) {
    const state = found[index] ?? null;
    if (state !== null) opened.set(path, state);
  }
  const history = new RepoHistory(repo);
  const writer = new VersionWriter(
    { id: next.id, history, nesting, add: (row: VersionRow) => sink.addVersion(row) }, opened, null,
  );
  try {
    if (!isKnown(changes, opened)) return false;
    const started = new Set(changes.flatMap(({ path, after }) => (after === null ? [] : [path])));
    const current = [...entriesOf(history.reader, tree, touched)];
    // A path that has a state now has had it before, or has got it.
    if (current.some(({ path }) => !opened.has(path) && !started.has(path))) return false;
    for (const row of runs) sink.addRun(row);
    await writer.end(changes);
    if (tree !== null) await writer.current(current, tree);
    return true;
  } finally {
    await writer.close();
    history.close();
  }
}

/** True if what changed first was there before just if the index has it. */
function isKnown(changes: readonly RecordChange[], opened: ReadonlyMap<ByteString, Opened>): boolean {
  const seen = new Set<ByteString>();
  for (const { path, before } of changes) {
    if (!seen.has(path) && (before !== null) !== opened.has(path)) return false;
    seen.add(path);
  }
  return true;
}

function* entriesOf(
  reader: ObjectReader,
  tree: Oid | null,
  paths: readonly ByteString[],
): Generator<EntryAt & { readonly entry: { readonly name: ByteString } }> {
  const trees = new TreePaths(reader);
  for (const path of paths.toSorted()) {
    const entry = trees.find(tree, path);
    if (entry !== null && entry.mode !== FileMode.directory) yield { path, entry: { ...entry, name: baseOf(path) } };
  }
}

function startOf({ known }: BranchNews): { readonly tree: Oid | null; readonly commits: number } {
  return { tree: oidOf(known?.tree ?? null), commits: known?.commits ?? 0 };
}

function runsOf({ id }: Pick<KnownRepo, 'id'>, facet: 'stat' | 'sha', sink: Pick<RowSink, 'addRun'>): RunContext {
  return { repo: id, facet, add: (row) => sink.addRun(row) };
}

function stateOf(tree: Oid): RepoState {
  return { stat: { oid: tree, tree, seconds: 0 }, index: 0 };
}

function oidOf(hex: string | null): Oid | null {
  return hex === null ? null : oidFromHex(hex);
}
