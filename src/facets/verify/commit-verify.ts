import type { IntegrityFinding } from '../../record/finding.js';
import { findingRecord } from '../../record/finding.js';
import type { ReadRange, Readings } from '../../record/readings.js';
import { formatReadings, NOGREADINGS } from '../../record/readings.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { inTransaction } from '../../shadow/transaction/in-transaction.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf } from '../../util/byte-string.js';
import { readRef } from '../../git/refs/refs.js';
import { FINDINGS_REF } from '../../shadow/facets.js';
import type { RefMove } from '../../shadow/transaction/transaction.js';
import { editFiles } from '../meta/metadata-tree.js';
import { addRange } from './past/path-ranges.js';
import { readVerifyTree } from './verify-state.js';

/** What a run has learnt, to be added to what is recorded. */
export interface VerifyChange {
  /** Findings that are new, or have changed. */
  readonly found: ReadonlyMap<ByteString, IntegrityFinding>;
  /** Paths of findings that are to go. */
  readonly solved: readonly ByteString[];
  readonly ranges: readonly ReadRange[];
  /** Where the round is; null leaves that as it is. */
  readonly position: Pick<Readings, 'round' | 'next'> | null;
  /** The run has recorded ranges before. */
  readonly continues: boolean;
}

/** What was committed. */
export interface VerifyCommit {
  /** Null if there was nothing to record. */
  readonly commit: Oid | null;
  readonly added: readonly ByteString[];
  readonly modified: readonly ByteString[];
  readonly deleted: readonly ByteString[];
}

function isSame(a: IntegrityFinding, b: IntegrityFinding): boolean {
  return a.class === b.class && a.sha256 === b.sha256 && a.found === b.found && a.file === b.file && a.firstBad === b.firstBad;
}

/** Where a file is, there is no directory any more, and the other way round: the findings that cannot stand beside others. */
function overtaken(known: Iterable<ByteString>, found: ReadonlyMap<ByteString, unknown>): readonly ByteString[] {
  const directories = new Set([...found.keys()].flatMap(directoriesAbove));
  return [...known].filter((path) => directories.has(path) || directoriesAbove(path).some((directory) => found.has(directory)));
}

function directoriesAbove(path: ByteString): readonly ByteString[] {
  const directories: ByteString[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) directories.push(path.slice(0, at));
  return directories;
}

/**
 * Adds to `master-verify` what was learnt, or to what is held back for it in a repo that was never verified; whatever others have
 * recorded meanwhile stays.
 */
export function commitVerify(repo: ShadowRepo, change: VerifyChange, options: RunOptions): Promise<VerifyCommit> {
  return inTransaction(repo, 'verify', options, async (transaction) => {
    // From the start, so that what others record meanwhile is what this adds to.
    await transaction.lock();
    const { reader, base } = transaction;
    const held = base.commit === null ? readRef(repo.gitDir, FINDINGS_REF) : null;
    const start = base.tree ?? held;
    const before = readVerifyTree(reader, start);
    const edits = new Map<ByteString, Buffer | null>();
    const [added, modified, deleted]: [ByteString[], ByteString[], ByteString[]] = [[], [], []];
    const remove = (path: ByteString): void => {
      if (edits.has(path)) return;
      edits.set(path, null);
      deleted.push(path);
    };
    for (const path of change.solved) if (before.findings.has(path)) remove(path);
    for (const path of overtaken(before.findings.keys(), change.found)) remove(path);
    for (const [path, finding] of change.found) {
      const known = before.findings.get(path);
      if (known !== undefined && isSame(known, finding)) continue;
      (known === undefined ? added : modified).push(path);
      // What was right first is what the file is compared with.
      const record = known === undefined ? finding : { ...known, found: finding.found, file: finding.file };
      edits.set(path, Buffer.from(findingRecord(baseOf(path), record), 'latin1'));
    }
    let { ranges } = before.readings;
    for (const [index, range] of change.ranges.entries()) ranges = addRange(ranges, range, change.continues || index > 0);
    const { round, next } = change.position ?? before.readings;
    const isRead = change.ranges.length > 0 || next !== before.readings.next;
    if (isRead) edits.set(NOGREADINGS, Buffer.from(formatReadings({ round, next, ranges }), 'utf8'));
    if (edits.size === 0) return { commit: null, added, modified, deleted };
    const tree = editFiles(transaction, start, edits);
    const moveHeld = (to: Oid | null): RefMove[] => (to === held ? [] : [{ ref: FINDINGS_REF, expected: held, next: to }]);
    if (base.commit === null && !isRead) {
      await transaction.moveOnly(moveHeld(tree), 'verify');
      return { commit: null, added, modified, deleted };
    }
    return { commit: await transaction.commit(tree, 'verify', [], moveHeld(null)), added, modified, deleted };
  });
}

/** Adds findings. */
export async function recordFindings(
  repo: ShadowRepo,
  found: ReadonlyMap<ByteString, IntegrityFinding>,
  options: RunOptions,
): Promise<void> {
  if (found.size === 0) return;
  await commitVerify(repo, { found, solved: [], ranges: [], position: null, continues: false }, options);
}
