import type { PathMetadata as CorePathMetadata } from '../facets/meta/read-metadata.js';
import { allMetadata, metadataAt } from '../facets/meta/read-metadata.js';
import { ObjectReader } from '../git/objects/object-reader.js';
import type { StatRow as CoreStatRow } from '../history/ls.js';
import { listWithTotals } from '../history/ls-totals.js';
import { recordedPath } from '../history/places/typed-path.js';
import { requireStatTree, statTreeAt } from '../history/times/revision.js';
import type { ShownPath as CoreShownPath } from '../history/show.js';
import { showPath } from '../history/show.js';
import { statTree } from '../history/stat-tree.js';
import type { StatSummary } from '../history/summary.js';
import { summarizeRepo } from '../history/summary.js';
import type { Metadata } from '../record/metadata-json.js';
import { branchOf } from '../shadow/facets.js';
import type { Heads as CoreHeads } from '../shadow/read/heads.js';
import { gitNogCommitOf, readHeads } from '../shadow/read/heads.js';
import { readStub as coreReadStub } from '../shadow/stub/read-stub.js';
import { yieldRegularly } from '../util/async/yield-regularly.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { checkedOptions } from './checked-options.js';
import type { Path, SignalOption } from './inputs.js';
import { bytesOf } from './inputs.js';
import type { Repo } from './repo.js';
import { opened } from './repo.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';
import type { StubTexts } from './stub.js';
import { stubTexts } from './stub.js';

/**
 * One path of a listing. Sizes are bytes, of directories of all that is recorded in them; mtimes seconds since 1970; what a record does not
 * say is 0 or empty.
 */
export type StatRow = Public<CoreStatRow>;
/** What the four facets have at a path; null where they have nothing. */
export type ShownPath = Public<CoreShownPath>;
/** Newest commits by facet; null where the branch does not exist. */
export type Heads = Public<CoreHeads>;
/** A path and its metadata; `.` is the toplevel, directories end with a slash. */
export type PathMetadata = Public<Pick<CorePathMetadata, 'path'>> & Pick<CorePathMetadata, 'metadata'>;

/** The state of a repo. */
export interface RepoHead {
  readonly uuid: string | null;
  /** Identifies the state of all four branches: 64 hexadecimal digits. */
  readonly gitNogCommit: string;
  readonly heads: Heads;
}

/** What to list. */
export interface ListRecordsOptions extends SignalOption {
  /** Only what is at and below this path, relative to the realdir. */
  readonly path?: Path;
  /** What was recorded at this time: a `Date`, or all that Git takes as one, such as `2 weeks ago`. */
  readonly at?: Date | string;
  /** A branch, a commit, `master-stat~3`. Excludes `at`. */
  readonly revision?: string;
}

/**
 * The records of `stat`, in Git's order, one at a time.
 * @throws FsoError if nothing is recorded then or there; UsageError for a time or revision that is none
 */
export async function* listRecords(repo: Repo, options: ListRecordsOptions = {}): AsyncGenerator<StatRow> {
  const { path, at, revision, signal } = checkedOptions(options);
  signal?.throwIfAborted();
  if (at !== undefined && revision !== undefined) throw new UsageError('at and revision exclude each other');
  const shadow = opened(repo, 'read');
  const below = path === undefined ? '' : recordedPath(shadow, textOfBytes(bytesOf(path)));
  const time = at instanceof Date ? at.toISOString() : at;
  const reader = ObjectReader.open(shadow.gitDir);
  const yieldTurn = yieldRegularly(signal);
  try {
    const named = revision === undefined ? statTree : () => requireStatTree(shadow, revision);
    const tree = time === undefined ? await named(shadow, reader) : await statTreeAt(shadow, time);
    for await (const rows of listWithTotals(reader, tree, below, yieldTurn)) {
      for (const row of rows) {
        yield toPublic(row);
        const turn = yieldTurn();
        if (turn !== undefined) await turn;
      }
    }
  } finally {
    reader.close();
  }
}

/** All that is recorded about one path; empty, or `.`, for the toplevel. @throws FsoError if nothing is */
export function showRecords(repo: Repo, path: Path): ShownPath {
  const shadow = opened(repo, 'read');
  return toPublic(showPath(shadow.gitDir, branchOf, recordedPath(shadow, textOfBytes(bytesOf(path)))));
}

/** Counts what `stat` has recorded. @throws FsoError if nothing is */
export function summarize(repo: Repo): StatSummary {
  return summarizeRepo(opened(repo, 'read'));
}

/** The newest commits of stat, sha, meta and content. @throws FsoError if one cannot be read */
export function readHead(repo: Repo): RepoHead {
  const { gitDir, uuid } = opened(repo, 'read');
  const heads = readHeads(gitDir);
  return { uuid, gitNogCommit: gitNogCommitOf(heads), heads: toPublic(heads) };
}

/** The metadata of a path; empty if it has none. @param path `.` is the toplevel, directories end with a slash */
export function getMetadata(repo: Repo, path: Path = '.'): Metadata {
  return metadataAt(opened(repo, 'read'), bytesOf(path));
}

/** All metadata, one path at a time. @throws FsoError that names the path, for a record that cannot be read */
export function* listMetadata(repo: Repo): Generator<PathMetadata> {
  for (const { path, metadata } of allMetadata(opened(repo, 'read'))) yield { path: textOfBytes(path), metadata };
}

/** The files of the stub as they are committed. */
export function readStub(repo: Repo): StubTexts {
  return stubTexts(coreReadStub(opened(repo, 'read')));
}
