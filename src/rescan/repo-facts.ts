import { ObjectReader } from '../git/object-reader.js';
import { readRef } from '../git/refs.js';
import { parseRecord } from '../record/parse.js';
import { NOGTREE } from '../record/records.js';
import { STUB_BRANCH } from '../shadow/branches.js';
import { ShadowRepo } from '../shadow/shadow-repo.js';
import type { StubFiles } from '../shadow/stub-files.js';
import { STUB_FILE_NAMES, trackingOf } from '../shadow/stub-files.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';

/** What the records of a shadow repo tell about its realdir as a whole. */
export interface RepoFacts {
  /** Null if the stub was edited by hand, or there is no shadow repo. */
  readonly tracking: SubdirTracking | null;
  /** When `stat` last recorded something; seconds since the epoch. */
  readonly lastRecord: number | null;
  /** Regular files and bytes of the entire realdir, when they were last summed up. */
  readonly files: number | null;
  readonly size: number | bigint | null;
  /** The latest mtime in the realdir, seconds since the epoch. */
  readonly mtimeMax: number | bigint | null;
}

/** What is known of a repo that has no records. */
export const UNKNOWN_FACTS: RepoFacts = { tracking: null, lastRecord: null, files: null, size: null, mtimeMax: null };

/** Reads the facts of a shadow repo from its records. @throws FsoError if it is damaged */
export function readFacts(directory: ByteString): RepoFacts {
  const repo = ShadowRepo.open(directory);
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
    const toplevel = reader.readTree(commit.tree).find(({ name }) => name === NOGTREE);
    const fields = toplevel === undefined ? null : parseRecord(reader.readBlob(toplevel.oid));
    const number = (key: string): number | bigint | null => {
      const value = fields?.get(key);
      return value === undefined || typeof value === 'string' ? null : value;
    };
    const count = number('files');
    return {
      tracking,
      lastRecord: commit.committer.seconds,
      files: count === null ? null : Number(count),
      size: number('size'),
      mtimeMax: number('mtime_max'),
    };
  } finally {
    reader.close();
  }
}
