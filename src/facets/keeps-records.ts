import { ObjectReader } from '../git/objects/object-reader.js';
import { existsRealdir } from '../realdir/reach/reach.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { isRecordedImmutable, readToplevel } from './stat/toplevel-stat.js';

/**
 * True if nothing is to be recorded: the realdir is missing, though the record says that it is immutable, so
 * that nobody can have deleted it. Where that cannot be told, the run that follows says why.
 */
export function keepsRecords(repo: ShadowRepo): boolean {
  if (existsRealdir(repo.realdir, repo.bounds)) return false;
  const head = repo.head('stat');
  if (head === null) return false;
  const reader = ObjectReader.open(repo.gitDir);
  try {
    return isRecordedImmutable(readToplevel(reader, reader.readCommit(head).tree));
  } finally {
    reader.close();
  }
}
