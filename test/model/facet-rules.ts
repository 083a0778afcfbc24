import type { ByteString } from '../../src/util/byte-string.js';
import type { RealNode } from './real-tree.js';
import type { RecordedFile, RecordedTree } from './recorded-tree.js';
import { ancestorsOf, directoryOf, isReserved, nameOf, sameFile } from './recorded-tree.js';
import type { Tracking } from './tracked-paths.js';

export const NOGTREE = '.nogtree';

export type Change = '?' | 'M' | 'D';

export function realFile(body: Buffer, mode: RecordedFile['mode'] = '100644'): RecordedFile {
  return { mode, body, origin: 'real' };
}

/** The `.nogtree` that belongs to a directory. */
export function nogtreeOf(directory: ByteString): ByteString {
  return directory === '' ? NOGTREE : `${directory}/${NOGTREE}`;
}

/** True for what is only there because the stub has it. */
function comesFromStub(path: ByteString, file: RecordedFile): boolean {
  return file.origin === 'stub' && path.split('/').some(isReserved);
}

/**
 * The new tree without any `.nogtree`: the records of tracked paths, and what came from the stub
 * under names that are never tracked, unless a record has taken the place of its directory.
 */
export function withoutNogtrees(
  recorded: RecordedTree,
  records: ReadonlyMap<ByteString, RecordedFile>,
): Map<ByteString, RecordedFile> {
  const next = new Map<ByteString, RecordedFile>();
  for (const [path, file] of recorded) {
    if (comesFromStub(path, file) && !ancestorsOf(path).some((above) => records.has(above))) next.set(path, file);
  }
  for (const [path, file] of records) next.set(path, file);
  return next;
}

/** How paths differ between two trees, aside from each `.nogtree` and from what the stub has brought. */
export function changesBetween(recorded: RecordedTree, next: RecordedTree): Map<ByteString, Change> {
  const changes = new Map<ByteString, Change>();
  for (const path of new Set([...recorded.keys(), ...next.keys()])) {
    const before = recorded.get(path);
    if (nameOf(path) === NOGTREE || sameFile(before, next.get(path))) continue;
    if (before !== undefined && comesFromStub(path, before)) continue;
    if (before === undefined) changes.set(path, '?');
    else changes.set(path, next.has(path) ? 'M' : 'D');
  }
  return changes;
}

/** What happened directly in a directory. */
export interface Happening {
  readonly changed: boolean;
  readonly deleted: boolean;
  /** Contains a nogbundle or submodule. */
  readonly hasSummaries: boolean;
  /** Has no entries but for names that are never tracked. */
  readonly isEmpty: boolean;
}

export function happeningIn(
  directory: ByteString,
  node: RealNode,
  changes: ReadonlyMap<ByteString, Change>,
  tracking: Tracking,
): Happening {
  const inside = [...changes].filter(([path]) => directoryOf(path) === directory).map(([, change]) => change);
  const summaries = [...tracking.paths].filter(([, { kind }]) => kind === 'nogbundle' || kind === 'submodule');
  return {
    changed: inside.length > 0,
    deleted: inside.includes('D'),
    hasSummaries: summaries.some(([path]) => directoryOf(path) === directory),
    isEmpty: [...node.children.keys()].every(isReserved),
  };
}
