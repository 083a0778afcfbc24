import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import type { IntegrityFinding } from '../../record/finding.js';
import { parseFinding } from '../../record/finding.js';
import type { Readings } from '../../record/readings.js';
import { NO_READINGS, NOGREADINGS, parseReadings } from '../../record/readings.js';
import { readRef } from '../../git/refs/refs.js';
import { FINDINGS_REF } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { isTree } from '../observe/diff/directory-edit.js';

/** Findings by path, relative to the realdir. */
export type Findings = ReadonlyMap<ByteString, IntegrityFinding>;

/** What is on `master-verify`. */
export interface VerifyState {
  readonly readings: Readings;
  readonly findings: Findings;
}

/** Far more than `.nogreadings` takes up. */
const MAX_READINGS = 1 << 20;

/**
 * Reads a tree of `master-verify`; what is damaged, or no record of ours, is left out: what was read is read again.
 * @param tree null if there is none
 */
export function readVerifyTree(reader: ObjectReader, tree: Oid | null): VerifyState {
  const findings = new Map<ByteString, IntegrityFinding>();
  let readings = NO_READINGS;
  const visit = (oid: Oid, directory: ByteString, depth: number): void => {
    requireTreeDepth(depth, directory);
    for (const entry of reader.readTree(oid)) {
      const path = joinPath(directory, entry.name);
      if (isTree(entry)) visit(entry.oid, path, depth + 1);
      else if (path === NOGREADINGS) readings = parseReadings(reader.readBlob(entry.oid, MAX_READINGS)) ?? NO_READINGS;
      else if (entry.mode === FileMode.file) {
        const finding = parseFinding(reader.readBlob(entry.oid));
        if (finding !== null) findings.set(path, finding);
      }
    }
  };
  if (tree !== null) visit(tree, '', 0);
  return { readings, findings };
}

/** What is recorded on `master-verify` of a repo now, or held back for it. @throws FsoError if it cannot be read */
export function readVerifyState(repo: ShadowRepo, reader: ObjectReader): VerifyState {
  const head = repo.head('verify');
  return readVerifyTree(reader, head === null ? readRef(repo.gitDir, FINDINGS_REF) : reader.readCommit(head).tree);
}

/** False for a repo that was never verified, and in which nothing was found. */
export function hasVerifyState(repo: ShadowRepo): boolean {
  return repo.head('verify') !== null || readRef(repo.gitDir, FINDINGS_REF) !== null;
}

/** True for a path at or below one of some paths; '' is all of the realdir. */
export function isAtAny(path: ByteString, places: readonly ByteString[]): boolean {
  return places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}
