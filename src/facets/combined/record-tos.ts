import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { COMBINED_FACETS } from '../../shadow/facets.js';
import { recordCombined } from './record-combined.js';
import type { FacetListener, FacetResult } from '../facet-result.js';
import { yieldOutside } from '../observe/yield-outside.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import { isTree, sortEntries } from '../observe/diff/directory-edit.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';

const GITIGNORE = '.gitignore';
const STAT = COMBINED_FACETS.indexOf('stat');

/** The trees of one directory on the sources; null where it does not exist. */
type Trees = readonly (Oid | null)[];

/** A directory that was combined before, and the result. */
interface Combined {
  readonly trees: Trees;
  readonly result: Oid | null;
}

/**
 * Combines stat, sha and content on `master-tos` as a tree of structs: each record stands at its
 * path, with a suffix that tells which facet it belongs to. Only `.gitignore` has none, and is that of stat.
 * Directories whose records did not change are not read again.
 * @throws FsoError if one of them does not exist; LockedError
 */
export function recordTos(repo: ShadowRepo, options: RunOptions & FacetListener): Promise<FacetResult> {
  return recordCombined(repo, 'tos', options, ({ transaction, tree, sources, previousSources, tally }) => {
    const combination = new Combination(
      transaction.reader,
      transaction,
      (path) => tally.onWarning(path, 'is a directory and the record of a file; the record was left out'),
      yieldOutside(null, options.signal),
    );
    return combination.of(sources, previousSources === null ? null : { trees: previousSources, result: tree }, '', 0);
  });
}

class Combination {
  constructor(
    private readonly reader: ObjectReader,
    private readonly sink: ObjectSink,
    private readonly onCollision: (path: ByteString) => void,
    private readonly yieldTurn: () => Promise<void> | undefined,
  ) {}

  /** The tree that combines one directory; null if there is nothing in it. */
  async of(trees: Trees, before: Combined | null, path: ByteString, depth: number): Promise<Oid | null> {
    if (before !== null && trees.every((tree, index) => tree === before.trees[index])) return before.result;
    requireTreeDepth(depth, path);
    const pause = this.yieldTurn();
    if (pause !== undefined) await pause;
    const sources = trees.map((tree) => this.entriesOf(tree));
    const subtrees = sources.map(subtreesOf);
    const subtreeBefore = before === null ? () => null : this.lookup(before);
    const combined: TreeEntry[] = [];
    for (const name of new Set(subtrees.flatMap((one) => [...one.keys()]))) {
      const oid = await this.of(pick(subtrees, name), subtreeBefore(name), joinPath(path, name), depth + 1);
      if (oid !== null) combined.push({ name, mode: FileMode.directory, oid });
    }
    const taken = new Set(combined.map(({ name }) => name));
    for (const [index, entries] of sources.entries()) {
      for (const entry of entries) {
        const name = isTree(entry) ? null : recordName(entry.name, index);
        if (name === null) continue;
        if (taken.has(name)) this.onCollision(joinPath(path, name));
        else combined.push({ ...entry, name });
      }
    }
    return combined.length === 0 ? null : this.sink.writeTree(sortEntries(combined));
  }

  /** Finds what a subdirectory was combined from, and to what. */
  private lookup({ trees, result }: Combined): (name: ByteString) => Combined {
    const sources = trees.map((tree) => subtreesOf(this.entriesOf(tree)));
    const results = subtreesOf(this.entriesOf(result));
    return (name) => ({ trees: pick(sources, name), result: results.get(name) ?? null });
  }

  private entriesOf(tree: Oid | null): readonly TreeEntry[] {
    return tree === null ? [] : this.reader.readTree(tree);
  }
}

/** The name of a record on the combined branch; null if it is left out. */
function recordName(name: ByteString, source: number): ByteString | null {
  if (name === GITIGNORE) return source === STAT ? name : null;
  return `${name}.__${COMBINED_FACETS[source]!}`;
}

/** The subdirectories among the entries of a tree. */
function subtreesOf(entries: readonly TreeEntry[]): ReadonlyMap<ByteString, Oid> {
  return new Map(entries.filter(isTree).map(({ name, oid }) => [name, oid]));
}

function pick(subtrees: readonly ReadonlyMap<ByteString, Oid>[], name: ByteString): Trees {
  return subtrees.map((one) => one.get(name) ?? null);
}
