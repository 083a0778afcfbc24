import { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { recentTree } from '../../history/times/recent-commit.js';
import { readToplevel } from '../../facets/stat/toplevel-stat.js';
import type { RecordFields } from '../../record/parse.js';
import { STUB_BRANCH } from '../../shadow/facets.js';
import { readRunMark } from '../../shadow/remembered/run-marks.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { StubFiles } from '../../shadow/stub/stub-files.js';
import { STUB_FILE_NAMES, trackingOf } from '../../shadow/stub/stub-files.js';
import { readSumTimes } from '../../shadow/remembered/sums-file.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** By how much a realdir has grown, which may be negative. */
export interface Growth {
  readonly files: number;
  readonly size: bigint;
}

/** What the records of a shadow repo tell about its realdir as a whole. */
export interface RepoFacts {
  /** Null if the stub was edited by hand, or there is no shadow repo. */
  readonly tracking: SubdirTracking | null;
  /** When `stat` last recorded something; seconds since the epoch. */
  readonly lastRecord: number | null;
  /** Regular files and bytes of the entire realdir, when they were last summed up. */
  readonly files: number | null;
  readonly size: number | bigint | null;
  /** When files and bytes were summed up; null if that is not known. */
  readonly summed: Date | null;
  /** They were summed up before the last record was made, or before the last complete run of `stat` began. */
  readonly isSummedBefore: boolean;
  /** By how much files and bytes have grown since the time that was asked about; null if nothing was recorded by then. */
  readonly growth: Growth | null;
  /** The latest mtime in the realdir, seconds since the epoch. */
  readonly mtimeMax: number | bigint | null;
}

/** What is known of a repo that has no records. */
export const UNKNOWN_FACTS: RepoFacts = {
  tracking: null,
  lastRecord: null,
  files: null,
  size: null,
  summed: null,
  isSummedBefore: false,
  growth: null,
  mtimeMax: null,
};

/** How much a realdir has, by its toplevel record. */
interface Totals {
  readonly files: number | bigint;
  readonly size: number | bigint;
}

/**
 * Reads the facts of a shadow repo from its records. @throws FsoError if it is damaged
 * @param since seconds since the epoch, with which files and bytes are compared; null: they are not
 */
export function readFacts(repo: ShadowRepo, since: number | null = null): RepoFacts {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const stub = readRef(repo.gitDir, STUB_BRANCH);
    const files: Record<string, string> = {};
    for (const { name, oid } of stub === null ? [] : reader.readTree(reader.readCommit(stub).tree)) {
      if ((STUB_FILE_NAMES as readonly string[]).includes(name)) files[name] = reader.readBlob(oid).toString('latin1');
    }
    const tracking = trackingOf(files as StubFiles);
    const head = repo.head('stat');
    if (head === null || head === stub) return { ...UNKNOWN_FACTS, tracking };
    const commit = reader.readCommit(head);
    const fields = readToplevel(reader, commit.tree);
    const totals = totalsOf(fields);
    const treeThen = since === null ? null : recentTree(repo.gitDir, reader, head, since);
    const before = treeThen === commit.tree ? totals : totalsOf(readToplevel(reader, treeThen));
    const lastRecord = commit.committer.seconds;
    return {
      ...UNKNOWN_FACTS,
      tracking,
      lastRecord,
      files: totals === null ? null : Number(totals.files),
      ...(totals !== null && sumsOf(repo.gitDir, lastRecord)),
      size: totals?.size ?? null,
      growth: totals === null || before === null ? null : growthOf(before, totals),
      mtimeMax: numberIn(fields, 'mtime_max'),
    };
  } finally {
    reader.close();
  }
}

function numberIn(fields: RecordFields | null, key: string): number | bigint | null {
  const value = fields?.get(key);
  return value === undefined || typeof value === 'string' ? null : value;
}

function totalsOf(fields: RecordFields | null): Totals | null {
  const [files, size] = [numberIn(fields, 'files'), numberIn(fields, 'size')];
  return files === null || size === null ? null : { files, size };
}

function growthOf(before: Totals, now: Totals): Growth {
  return { files: Number(now.files) - Number(before.files), size: BigInt(now.size) - BigInt(before.size) };
}

function sumsOf(gitDir: ByteString, lastRecord: number): Pick<RepoFacts, 'summed' | 'isSummedBefore'> {
  const { at } = readSumTimes(gitDir);
  // Marks are closed to others, also where they may read the records.
  const run = unlessErrno(['EACCES'], null, () => readRunMark(gitDir, 'success', 'stat'));
  const lastRunBegan = run === null ? 0 : run.at.getTime() - (run.seconds ?? 0) * 1000;
  return {
    summed: at,
    isSummedBefore: at !== null && (Math.floor(at.getTime() / 1000) < lastRecord || at.getTime() < Math.floor(lastRunBegan)),
  };
}
