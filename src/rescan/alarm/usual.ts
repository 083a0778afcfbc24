import { shallowCommits } from '../../git/commits/shallow.js';
import type { Oid } from '../../git/objects/object-id.js';
import { oidToHex } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { countFileChanges, filesIn } from '../../history/changes/file-changes.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';

/** From which share of the files on, of 1, it is an alarm that they are gone, or have changed; null: never. */
export interface AlarmThresholds {
  readonly deleted: number | null;
  readonly modified: number | null;
}

/** So many commits before a run tell what is usual: with one a day, the last month. */
const PAST = 30;
/** With fewer runs than that, nobody knows what is usual. */
const PAST_LEAST = 5;
/** What is more than so many times the most of the past, a single exception apart, is not usual. */
const FACTOR = 3;
/** What is not worth an alarm, however quiet the past was: as a share of the files, and in files. */
export const USUAL_LEAST = { share: 0.05, files: 20 } as const;
/** As long as nobody knows what is usual. */
const UNKNOWN: AlarmThresholds = { deleted: 0.1, modified: 0.3 };

/**
 * What is more than usual in a repo: several times the most that its last runs have recorded, or half way from there to all of the
 * files. A single run does not count, since it may have been an alarm. It costs what these runs have changed.
 * @param commit of the branch of the facet, before which the past is
 * @throws FsoError if it cannot be read
 */
export async function usualThresholds(
  gitDir: ByteString,
  reader: ObjectReader,
  facet: RescanFacet,
  commit: Oid,
  yieldTurn: YieldTurn,
): Promise<AlarmThresholds> {
  const ends = shallowCommits(gitDir);
  const shares: { readonly deleted: number; readonly modified: number }[] = [];
  let oid = commit;
  for (let seen = 0; seen < PAST && !ends.has(oidToHex(oid)); seen += 1) {
    const { tree, parents, message }: ReturnType<ObjectReader['readCommit']> = reader.readCommit(oid);
    const [parent] = parents;
    if (parent === undefined) break;
    oid = parent;
    // Not what somebody has changed in the stub.
    if (!message.startsWith(`${facet} `)) continue;
    const before = reader.readCommit(parent).tree;
    const changes = await countFileChanges(reader, before, tree, yieldTurn);
    const files = filesIn(reader, before, Math.max(changes.deleted, changes.modified) / USUAL_LEAST.share + 1);
    if (files === 0) continue;
    shares.push({ deleted: changes.deleted / files, modified: changes.modified / files });
  }
  if (shares.length < PAST_LEAST) return UNKNOWN;
  const thresholdOf = (change: 'deleted' | 'modified'): number | null => {
    const [, usual = 0] = shares.map((share) => share[change]).sort((a, b) => b - a);
    return usual >= 1 ? null : Math.max(USUAL_LEAST.share, Math.min(FACTOR * usual, (1 + usual) / 2));
  };
  return { deleted: thresholdOf('deleted'), modified: thresholdOf('modified') };
}
