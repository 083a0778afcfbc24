import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { findOverlaps } from './overlaps.js';
import { planRoot } from '../plan/plan.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import { RecordedPlaces } from '../plan/recorded-places.js';
import type { Site } from '../site.js';

/** What there is at an absolute path below a root. */
export type FoundDirectory =
  /** What naming rules make of a directory: `missing` has a shadow repo, but no realdir any more. */
  | { readonly state: 'known' | 'missing' | 'no shadow repo' | 'ignored'; readonly path: ByteString }
  /** A file or symbolic link in a directory that is no repo, but has some below, or that a repo leaves out. */
  | { readonly state: 'loose file'; readonly path: ByteString }
  /** A repo of which another one, `outer`, records files, too. */
  | { readonly state: 'overlap'; readonly path: ByteString; readonly outer: ByteString }
  /** It could not be searched, or what records it could not be read. */
  | { readonly state: 'unreadable'; readonly path: ByteString; readonly error: unknown }
  /** A directory of the shadow tree cannot be read, or is no shadow repo although its name says so. */
  | { readonly state: 'strange'; readonly path: ByteString; readonly error: Error };

/**
 * What the naming rules of all roots find, root by root. Nothing is written.
 * @param options.untracked leaves out what a shadow repo records, file by file or in a summary, and tells what two record, and
 * loose files, as far as naming rules enter directories
 */
export async function* findDirectories(
  site: Site,
  { untracked = false, signal }: { readonly untracked?: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<FoundDirectory> {
  const yieldTurn = yieldRegularly(signal);
  const noticed: FoundDirectory[] = [];
  const recorded = new RecordedPlaces(site.location, site.roots, (path, error) => noticed.push({ state: 'unreadable', path, error }));
  const existing: PlannedRepo[] = [];
  const isAsked = (path: ByteString): boolean => !untracked || !recorded.isRecorded(path);
  try {
    for (const root of site.roots) {
      const files = new Map<ByteString, readonly ByteString[]>();
      const onFiles = untracked ? (directory: ByteString, names: readonly ByteString[]) => files.set(directory, names) : undefined;
      const { repos, ignored, unreadable, strange } = await planRoot(site, root, signal, onFiles);
      existing.push(...repos.filter(({ shadow }) => shadow !== null));
      for (const { realdir: path, shadow, missing } of repos) {
        const isWanted = shadow === null ? isAsked(path) : !untracked;
        yield* noticed.splice(0);
        if (isWanted) yield { state: shadow === null ? 'no shadow repo' : missing ? 'missing' : 'known', path };
        // All that is in it is untracked.
        if (isWanted && shadow === null) files.delete(path);
      }
      for (const relative of ignored) {
        const path = relative === '.' ? root.path : joinPath(root.path, relative);
        const isWanted = isAsked(path);
        yield* noticed.splice(0);
        if (isWanted) yield { state: 'ignored', path };
      }
      for (const [directory, names] of files) {
        const turn = yieldTurn();
        if (turn !== undefined) await turn;
        const left = recorded.filesLeft(directory, names);
        yield* noticed.splice(0);
        for (const name of left) yield { state: 'loose file', path: joinPath(directory, name) };
      }
      for (const { path, error } of unreadable) yield { state: 'unreadable', path: joinPath(root.path, path), error };
      for (const { directory, error } of strange) yield { state: 'strange', path: directory, error };
    }
    if (!untracked) return;
    existing.sort((a, b) => (a.realdir < b.realdir ? -1 : 1));
    for await (const { realdir, outer } of findOverlaps(site, existing, 0, yieldTurn)) {
      yield { state: 'overlap', path: realdir, outer: outer.realdir };
    }
  } finally {
    recorded.close();
  }
}
