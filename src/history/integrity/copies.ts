import { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { lastReadings, StretchFinder } from '../../facets/verify/past/path-ranges.js';
import { hashedFiles } from '../../facets/verify/past/hashed-files.js';
import { sha256In } from '../../facets/verify/reading/read-files.js';
import { RecordHistory } from '../../facets/verify/past/recorded-since.js';
import { readVerifyState } from '../../facets/verify/verify-state.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { IntegrityFinding } from '../../record/finding.js';
import { HASHED_REF } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { TreePaths } from '../../shadow/read/tree-paths.js';

/** A recorded file with a checksum that somebody looks for. */
export interface IntactCopy {
  /** Real path. */
  readonly path: ByteString;
  /** When it was last read and right, in seconds since the epoch. */
  readonly lastRead: number;
}

/**
 * Recorded files that have the right content of files with findings, and no finding of their own, by checksum. Only records are read, and
 * of files only those of the same size.
 * @param repos those to look in
 */
export function findCopies(
  repos: Iterable<ShadowRepo>,
  findings: Iterable<Pick<IntegrityFinding, 'sha256' | 'size'>>,
): ReadonlyMap<string, readonly IntactCopy[]> {
  const wanted = [...findings];
  const found = new Map<string, IntactCopy[]>();
  if (wanted.length === 0) return found;
  const sizes = new Set(wanted.map(({ size }) => Number(size)));
  const sums = new Set(wanted.map(({ sha256 }) => sha256));
  const known = new Set<ByteString>();
  for (const repo of repos) {
    for (const { path, sha256, lastRead } of copiesIn(repo, sizes, sums)) {
      const place = joinPath(repo.realdir, path);
      // A repo and one that is nested in it may both record the file.
      if (known.has(place)) continue;
      known.add(place);
      found.set(sha256, [...(found.get(sha256) ?? []), { path: place, lastRead }]);
    }
  }
  return found;
}

function copiesIn(
  repo: ShadowRepo,
  sizes: ReadonlySet<number>,
  sums: ReadonlySet<string>,
): readonly { readonly path: ByteString; readonly sha256: string; readonly lastRead: number }[] {
  const [head, hashed] = [repo.head('sha'), readRef(repo.gitDir, HASHED_REF)];
  if (head === null || hashed === null) return [];
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const { findings, readings } = readVerifyState(repo, reader);
    const paths = new TreePaths(reader);
    const { tree } = reader.readCommit(head);
    const copies = [...hashedFiles(reader, hashed)].flatMap(({ path, size }) => {
      if (!sizes.has(size) || findings.has(path)) return [];
      const entry = paths.find(tree, path);
      const sha256 = entry?.mode === FileMode.file ? sha256In(reader, entry.oid) : null;
      return sha256 !== null && sums.has(sha256) ? [{ path, sha256 }] : [];
    });
    const since = RecordHistory.of(repo.gitDir, reader, head).sinceOf(copies.map(({ path }) => path));
    const finder = new StretchFinder(lastReadings(readings.ranges));
    return copies.map((copy) => ({ ...copy, lastRead: Math.max(since.get(copy.path) ?? 0, finder.rangeOf(copy.path)?.begin ?? 0) }));
  } finally {
    reader.close();
  }
}
