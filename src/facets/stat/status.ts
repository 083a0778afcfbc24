import { ObjectReader } from '../../git/objects/object-reader.js';
import { readFingerprints } from '../../shadow/remembered/fingerprint-file.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FacetResult } from '../facet-result.js';
import { FacetTally } from '../facet-result.js';
import type { ChangeLetter } from '../observe/events.js';
import { MountPoints } from '../observe/mount-points.js';
import { DirectoryFingerprints } from '../observe/fingerprint/directory-fingerprints.js';
import { observeStat } from './observe-stat.js';

/** A path that differs from its last record; `.` is the toplevel. */
export interface StatusEntry {
  readonly letter: ChangeLetter;
  readonly path: ByteString;
}

/** What `stat` would record now. Nothing is written. Entries are sorted by path. */
export async function statusOfStat(
  repo: ShadowRepo,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly entries: readonly StatusEntry[]; readonly result: FacetResult }> {
  const entries: StatusEntry[] = [];
  const tally = new FacetTally({ onChange: (letter, path) => entries.push({ letter, path }) });
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const head = repo.head('stat');
    await observeStat({
      realdir: repo.realdir,
      bounds: repo.bounds,
      reader,
      tree: head === null ? null : reader.readCommit(head).tree,
      sink: null,
      fingerprints: new DirectoryFingerprints(readFingerprints(repo)),
      mounts: MountPoints.of(repo, reader),
      events: tally,
      // As `stat`: it would leave everything as it is.
      onImmutable: () => undefined,
      signal: options.signal,
      beforeWrite: () => undefined,
    });
  } finally {
    reader.close();
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  return { entries, result: tally.result(null) };
}
