import type { Overlap } from '../../history/overlap.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { shellWord } from '../../util/text/shell-word.js';
import type { OverlappedRepo } from '../list/overlaps.js';
import { findOverlaps } from '../list/overlaps.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { Site } from '../site.js';
import type { Finding } from './finding.js';
import { warning } from './finding.js';

/** So many files of all repos are counted: some ten seconds. */
const FILES_MAX = 500_000;

/** Repos that are recorded, file by file, by another one above them, too. */
export async function* checkOverlaps(
  site: Site,
  repos: readonly PlannedRepo[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding> {
  const inside = new Map<ByteString, OverlappedRepo[]>();
  for await (const found of findOverlaps(site, repos, FILES_MAX, yieldRegularly(signal))) {
    const { realdir } = found.outer;
    inside.set(realdir, [...(inside.get(realdir) ?? []), found]);
  }
  for (const list of inside.values()) yield* findingsOf(list);
}

function inWords(overlaps: readonly Overlap[]): string {
  const files = overlaps.reduce((sum, { files: count }) => sum + count, 0);
  const bytes = overlaps.reduce((sum, { bytes: size }) => sum + size, 0n);
  const atLeast = overlaps.every(({ isWhole }) => isWhole) ? '' : 'at least ';
  return `${atLeast}${files === 1 ? '1 file' : `${files} files`} (${formatBytes(bytes)})`;
}

function* findingsOf(list: readonly OverlappedRepo[]): Generator<Finding> {
  const { outer } = list[0] as OverlappedRepo;
  const above = textOfBytes(outer.realdir);
  const remedy =
    `run git-fso -C ${shellWord(outer.shadow)} reinit --bundle-subdirs, which keeps one summary of each subdirectory, ` +
    'and have initPolicy say so for new repos; or make the others no repos';
  const message = `records file by file what ${list.length} repos below it record, too; ` +
    `${inWords(list.map(({ overlap }) => overlap))} are read twice`;
  const cause = { subject: above, message, remedy };
  for (const { realdir, overlap } of list) {
    yield warning(textOfBytes(realdir), `is recorded file by file by ${above}, too; ${inWords([overlap])} are read twice`, remedy, cause);
  }
}
