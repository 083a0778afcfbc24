import { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { isTreeRecord, parseRecord } from '../../record/parse.js';
import { NOGTREE } from '../../record/records.js';
import { HASHED_REF } from '../../shadow/facets.js';
import { findEntry, recordFiles } from '../../shadow/read/tree-files.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { HashedDirectory } from '../sha/hashed-directory.js';
import { lastReadings, StretchFinder } from './past/path-ranges.js';
import { RecordHistory } from './past/recorded-since.js';
import { readVerifyState } from './verify-state.js';
import { sizeOfLook } from './past/hashed-files.js';

/** Files and their bytes. */
export interface Amount {
  files: number;
  bytes: number;
}

/** How recently files were read: in so many days at most. */
export const STATUS_DAYS = [7, 30, 90] as const;

/** What of a repo was verified, and when. */
export interface VerifyStatus {
  /** Recorded with a checksum. */
  readonly all: Amount;
  /** By `STATUS_DAYS`: read in so many days, when they were hashed or later. */
  readonly read: readonly Amount[];
  /** Not read again since they were hashed. */
  readonly never: Amount;
  /** When the file was read that was not read for longest, in seconds since the epoch; null if there are no files. */
  readonly oldest: number | null;
  /** Bytes below the realdir that no checksum covers: bundles, nested repos, what is ignored or not hashed yet. */
  readonly uncovered: number;
  /** Bytes below the realdir, as last summed up. */
  readonly total: number;
  readonly corrupt: number;
  readonly rewritten: number;
  /** Bytes that were verified, on average a day, in the last 30 days; null if none were. */
  readonly bytesADay: number | null;
}

const DAY = 86_400;
const PACE_DAYS = 30;

function isWithin(since: number, now: number, days: number): boolean {
  return since >= now - days * DAY;
}

/** What of a repo was verified, from its records alone. @param now seconds since the epoch @throws FsoError if they cannot be read */
export function verifyStatus(repo: ShadowRepo, now: number): VerifyStatus {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const { readings, findings } = readVerifyState(repo, reader);
    const all = { files: 0, bytes: 0 };
    const never = { files: 0, bytes: 0 };
    const read = STATUS_DAYS.map(() => ({ files: 0, bytes: 0 }));
    const add = (amount: Amount, bytes: number): void => {
      amount.files += 1;
      amount.bytes += bytes;
    };
    let oldest: number | null = null;
    const head = repo.head('sha');
    const finder = new StretchFinder(lastReadings(readings.ranges));
    for (const { path, since, bytes } of head === null ? [] : hashedRecords(repo, reader, RecordHistory.of(repo.gitDir, reader, head))) {
      const reading = finder.rangeOf(path)?.begin ?? Number.NEGATIVE_INFINITY;
      const last = Math.max(since, reading);
      add(all, bytes);
      if (reading < since) add(never, bytes);
      for (const [index, days] of STATUS_DAYS.entries()) if (isWithin(last, now, days)) add(read[index] ?? never, bytes);
      oldest = Math.min(oldest ?? last, last);
    }
    const classes = [...findings.values()].map((finding) => finding.class);
    const count = (kind: string): number => classes.filter((each) => each === kind).length;
    const recent = readings.ranges.filter(({ begin }) => isWithin(begin, now, PACE_DAYS));
    const first = Math.min(...recent.map(({ begin }) => begin));
    const days = Math.max(1, (now - first) / DAY);
    return {
      all,
      read,
      never,
      oldest,
      ...wholeOf(repo, reader, all.bytes),
      corrupt: count('corrupt'),
      rewritten: count('rewritten'),
      bytesADay: recent.length === 0 ? null : recent.reduce((sum, { bytes }) => sum + bytes, 0) / days,
    };
  } finally {
    reader.close();
  }
}

/** The files with checksums. */
function* hashedRecords(
  repo: ShadowRepo,
  reader: ObjectReader,
  history: RecordHistory,
): Generator<{ readonly path: ByteString; readonly since: number; readonly bytes: number }> {
  const looks = new LookFinder(reader, readRef(repo.gitDir, HASHED_REF));
  for (const { path, entry, since } of history.records()) {
    if (entry.mode !== FileMode.file || entry.name === NOGTREE) continue;
    const look = looks.lookOf(path);
    if (look !== undefined) yield { path, since, bytes: sizeOfLook(look) };
    else {
      const fields = parseRecord(reader.readBlob(entry.oid));
      if (fields?.has('sha256') === true) yield { path, since, bytes: Number(fields.get('size') ?? 0) };
    }
  }
}

/** What files looked like when they were hashed, for paths that are asked for directory by directory. */
class LookFinder {
  private readonly open: { readonly path: ByteString; readonly hashed: HashedDirectory }[];

  constructor(private readonly reader: ObjectReader, tree: ReturnType<typeof readRef>) {
    this.open = [{ path: '', hashed: new HashedDirectory(reader, tree) }];
  }

  lookOf(path: ByteString): string | undefined {
    const slash = path.lastIndexOf('/');
    const directory = slash < 0 ? '' : path.slice(0, slash);
    const isAround = (outer: ByteString): boolean => outer === '' || directory === outer || directory.startsWith(`${outer}/`);
    while (!isAround(this.open.at(-1)?.path ?? '')) this.open.pop();
    for (let at = this.open.at(-1); at !== undefined && at.path !== directory; at = this.open.at(-1)) {
      const start = at.path === '' ? 0 : at.path.length + 1;
      const end = directory.indexOf('/', start);
      const name = directory.slice(start, end < 0 ? directory.length : end);
      this.open.push({ path: directory.slice(0, start) + name, hashed: new HashedDirectory(this.reader, at.hashed.subtree(name)) });
    }
    return this.open.at(-1)?.hashed.files.get(path.slice(slash + 1));
  }
}

/** All bytes of the realdir, as last summed up, and those that have no checksums: at least those of bundles and nested repos. */
function wholeOf(repo: ShadowRepo, reader: ObjectReader, covered: number): Pick<VerifyStatus, 'total' | 'uncovered'> {
  const head = repo.head('stat');
  if (head === null) return { total: covered, uncovered: 0 };
  const { tree } = reader.readCommit(head);
  const toplevel = findEntry(reader, tree, NOGTREE);
  const sizeOf = (fields: ReturnType<typeof parseRecord>): number => Number(fields?.get('size') ?? 0);
  const looks = new LookFinder(reader, readRef(repo.gitDir, HASHED_REF));
  let summaries = 0;
  for (const { path, entry } of recordFiles(reader, tree)) {
    if (entry.mode !== FileMode.file || entry.name === NOGTREE || looks.lookOf(path) !== undefined) continue;
    const fields = parseRecord(reader.readBlob(entry.oid));
    if (fields !== null && isTreeRecord(fields)) summaries += sizeOf(fields);
  }
  const total = toplevel === null ? 0 : sizeOf(parseRecord(reader.readBlob(toplevel.oid)));
  return { total, uncovered: Math.max(summaries, total - covered) };
}
