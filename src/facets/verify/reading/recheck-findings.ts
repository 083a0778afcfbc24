import type { Oid } from '../../../git/objects/object-id.js';
import { FileMode } from '../../../git/trees/tree-codec.js';
import type { PreciseStat } from '../../../realdir/stat/lstat.js';
import type { IntegrityFinding } from '../../../record/finding.js';
import { TreePaths } from '../../../shadow/read/tree-paths.js';
import type { ByteString } from '../../../util/byte-string.js';
import { baseOf } from '../../../util/byte-string.js';
import type { YieldTurn } from '../../../util/async/yield-regularly.js';
import type { MountPoints } from '../../observe/mount-points.js';
import { throwIfFatal } from '../../observe/reading-failure.js';
import { statAt, withFile } from './at-path.js';
import { ctimeOfFile, keyOfFile, lookOfFile } from '../past/classify.js';
import type { FoundInodes } from './find-inodes.js';
import { findInodes } from './find-inodes.js';
import type { ReadContext } from './read-files.js';
import { FileReader } from './read-files.js';
import type { Findings } from '../verify-state.js';

/** What has become of files with findings since these were made. */
export interface Rechecked {
  /** Findings that have another path now. */
  readonly moved: ReadonlyMap<ByteString, IntegrityFinding>;
  /** Findings whose files are not there any more. */
  readonly gone: readonly ByteString[];
}

interface Case {
  readonly path: ByteString;
  readonly finding: IntegrityFinding;
  /** Null if no file is there. */
  readonly stat: PreciseStat | null;
}

/**
 * Looks where the files of findings are, and reads those that are not what they were, or are not recorded any more, so that nobody else
 * reads them. What that shows is in the results of the context.
 * @param tree of `master-sha`; null if nothing is recorded
 */
export async function recheckFindings(
  context: ReadContext & { readonly mounts: MountPoints; readonly yieldTurn: YieldTurn },
  tree: Oid | null,
  findings: Findings,
): Promise<Rechecked> {
  const { cursor, yieldTurn, mounts, signal } = context;
  const cases = [...findings].flatMap(([path, finding]) => caseOf(context, path, finding));
  const isElsewhere = ({ stat, finding }: Case): boolean => stat === null || inodeOf(lookOfFile(stat)) !== inodeOf(finding.file);
  const wanted = new Set(cases.filter(isElsewhere).map(({ finding }) => keyOfFile(finding.file)));
  const inodes: FoundInodes = wanted.size === 0 ? { places: new Map(), isComplete: true } : await findInodes(cursor, wanted, yieldTurn);
  const moved = new Map<ByteString, IntegrityFinding>();
  const gone: ByteString[] = [];
  const files = new FileReader(context);
  const paths = new TreePaths(context.reader);
  for (const each of cases) {
    if (signal?.aborted === true) break;
    const { path, finding, stat } = each;
    const place = isElsewhere(each) ? inodes.places.get(keyOfFile(finding.file)) : undefined;
    if (place !== undefined && place.path !== path && place.stat.birthtimeNs <= ctimeOfFile(finding.file)) {
      gone.push(path);
      if (!findings.has(place.path)) moved.set(place.path, { ...finding, file: lookOfFile(place.stat) });
    } else if (stat === null) {
      if (inodes.isComplete && !mounts.isMissingIn(path)) gone.push(path);
    } else {
      const record = recordOf(paths, tree, path);
      if (lookOfFile(stat) !== finding.file || record === null) await readCase(context, files, record, each);
    }
  }
  cursor.suspend();
  return { moved, gone };
}

const inodeOf = (look: string): string | undefined => look.split(' ')[2];

function recordOf(paths: TreePaths, tree: Oid | null, path: ByteString): Oid | null {
  const entry = paths.find(tree, path);
  return entry?.mode === FileMode.file ? entry.oid : null;
}

function caseOf({ cursor, events, results }: ReadContext, path: ByteString, finding: IntegrityFinding): Case[] {
  try {
    const stat = statAt(cursor, path);
    return [{ path, finding, stat: stat?.kind === 'file' ? stat : null }];
  } catch (error) {
    throwIfFatal(error);
    results.unreadable += 1;
    events.onProblem(path, error);
    return [];
  }
}

async function readCase(context: ReadContext, files: FileReader, record: Oid | null, { path, finding }: Case): Promise<void> {
  const { cursor, order } = context;
  const file = { path, name: baseOf(path), record, look: null, finding };
  const read = withFile(cursor, path, (name, stat) => {
    if (stat.kind !== 'file') return null;
    return files.read(file, stat, cursor.reach(name), false, order.file(path, Number(stat.size)));
  });
  cursor.suspend();
  await read;
}
