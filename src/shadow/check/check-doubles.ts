import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode, firstOfEachName } from '../../git/trees/tree-codec.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Facet } from '../facets.js';
import { branchOf, FACETS } from '../facets.js';
import type { Finding } from './check-finding.js';
import type { RunOptions } from '../transaction/run-options.js';
import { ShadowRepo } from '../shadow-repo.js';
import { Transaction } from '../transaction/transaction.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { Gate } from '../gate/gate.js';

const isTree = ({ mode }: TreeEntry): boolean => mode === FileMode.directory;

/** Names that a tree has more than once, each time of one kind: what version 0.2.0 made of a directory that lists a name twice. */
function doublesIn(entries: readonly TreeEntry[]): ByteString[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    return before?.name === entry.name && isTree(before) === isTree(entry) ? [entry.name] : [];
  });
}

/** True if the entry at a place repeats the one before it, so that `check` reports and mends it. */
export function isDouble(entries: readonly TreeEntry[], index: number): boolean {
  const [before, entry] = [entries[index - 1], entries[index]];
  return before !== undefined && entry !== undefined && doublesIn([before, entry]).length > 0;
}

/** Checks the newest commit of each branch for names that a tree has twice. Trees that cannot be read are others' business. */
export async function* checkDoubles(
  directory: ByteString,
  gitDir: ByteString,
  reader: ObjectReader,
  options: RunOptions & { readonly gate: Gate },
  yieldTurn: YieldTurn,
): AsyncGenerator<Finding> {
  for (const facet of FACETS) {
    const head = readRef(gitDir, branchOf(facet));
    const path = head === null ? null : await pathOfDouble(reader, reader.readCommit(head).tree, yieldTurn);
    if (path === null) continue;
    yield {
      severity: 'error',
      place: `master-${facet}:${path}`,
      what: 'is there twice in its tree; the directory was listed so',
      remedy: 'record each name once, by a new commit',
      repair: () => mend(directory, facet, options),
    };
  }
}

async function pathOfDouble(reader: ObjectReader, root: Oid, yieldTurn: YieldTurn): Promise<ByteString | null> {
  const open = [{ tree: root, path: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const pause = yieldTurn();
    if (pause !== undefined) await pause;
    const entries = readIfPossible(reader, next.tree, next.path, next.depth);
    const [name] = doublesIn(entries);
    if (name !== undefined) return joinPath(next.path, name);
    for (const { name: inside, oid } of entries.filter(isTree)) {
      open.push({ tree: oid, path: joinPath(next.path, inside), depth: next.depth + 1 });
    }
  }
  return null;
}

function readIfPossible(reader: ObjectReader, tree: Oid, path: ByteString, depth: number): readonly TreeEntry[] {
  try {
    requireTreeDepth(depth, path);
    return reader.readTree(tree);
  } catch (error) {
    if (error instanceof FsoError) return [];
    throw error;
  }
}

/**
 * Commits the tree of a branch with each name once; of several entries the first counts, and the next run compares it with what is there.
 */
async function mend(directory: ByteString, facet: Facet, options: RunOptions & { readonly gate: Gate }): Promise<void> {
  const repo = ShadowRepo.open(directory, options.gate);
  const transaction = new Transaction(repo, branchOf(facet), facet, { ...options, holdsRepoLock: true });
  try {
    const { base } = transaction;
    if (base.tree !== null) await transaction.commit(mended(transaction, base.tree, '', 0), 'check');
  } finally {
    transaction.close();
  }
}

function mended(transaction: Transaction, tree: Oid, path: ByteString, depth: number): Oid {
  const entries = readIfPossible(transaction.reader, tree, path, depth);
  const hasDoubles = doublesIn(entries).length > 0;
  const below = ({ name, oid }: TreeEntry): Oid => mended(transaction, oid, joinPath(path, name), depth + 1);
  const kept = (hasDoubles ? firstOfEachName(entries) : entries).map((entry) => (isTree(entry) ? { ...entry, oid: below(entry) } : entry));
  const isSame = !hasDoubles && kept.every(({ oid }, index) => oid === entries[index]?.oid);
  return isSame ? tree : transaction.writeTree(kept);
}
