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
import { planRoot } from './plan.js';
import type { Root, Site } from './types.js';

/** One repo of a site, from its records alone. */
export interface ListedRepo {
  readonly realdir: ByteString;
  /** Null if the directory has no shadow repo yet. */
  readonly shadow: ByteString | null;
  readonly missing: boolean;
  /** Null if the stub was edited by hand, or there is no shadow repo. */
  readonly tracking: SubdirTracking | null;
  /** When `stat` last recorded something; seconds since the epoch. */
  readonly lastRecord: number | null;
  /** Regular files and bytes of the entire realdir, when they were last summed up. */
  readonly files: number | null;
  readonly size: number | bigint | null;
  /** Why the shadow repo cannot be read. */
  readonly error: Error | null;
}

type Facts = Pick<ListedRepo, 'tracking' | 'lastRecord' | 'files' | 'size'>;

const UNKNOWN: Facts = { tracking: null, lastRecord: null, files: null, size: null };

function readFacts(directory: ByteString): Facts {
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
    if (head === null || head === stub) return { ...UNKNOWN, tracking };
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
    };
  } finally {
    reader.close();
  }
}

/** The repos below a root, existing and to be created, sorted by path. */
export async function listRoot(site: Site, root: Root, signal?: AbortSignal): Promise<readonly ListedRepo[]> {
  const { repos } = await planRoot(site, root, signal);
  return repos.map((planned) => {
    try {
      const facts = planned.shadow === null ? UNKNOWN : readFacts(planned.shadow);
      return { ...planned, ...facts, error: null };
    } catch (error) {
      return { ...planned, ...UNKNOWN, error: error instanceof Error ? error : new Error(String(error)) };
    }
  });
}
